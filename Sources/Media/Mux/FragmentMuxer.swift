import CLibAV
import TranscodeModel

/// Writes one track as CMAF fragments, with decode times that are already final (media rule 7).
///
/// libavformat writes the boxes; the times are ours. Fragments end only where `flush` says so.
struct FragmentMuxer: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let output: MemoryOutput
    private var pending = Pending()
    /// Of the fragment that was flushed last, in decoding order.
    private(set) var flushedSamples: [CodedSample] = []

    private struct Pending {
        var decodeTime: Int64 = 0
        var duration: Int64 = 0
        var ticks: [Int64] = []
        var samples: Int { ticks.count }
    }

    private init(
        owning context: UnsafeMutablePointer<AVFormatContext>, _ output: consuming MemoryOutput
    ) {
        self.context = context
        self.output = output
    }

    /// Opens a track for what `encoder` makes. `timescale` is in ticks a second; `firstSequence` numbers
    /// the first fragment, from 1.
    static func open(
        encoder: borrowing Encoder, timescale: Int, firstSequence: Int, light: LightMetadata? = nil
    ) throws(Failure) -> FragmentMuxer {
        let codec = encoder.context
        return try open(timescale: timescale, firstSequence: firstSequence, light: light) {
            stream throws(Failure) in
            try requireSuccess(
                avcodec_parameters_from_context(stream.pointee.codecpar, codec), "Opening the muxer"
            )
            stream.pointee.sample_aspect_ratio = codec.pointee.sample_aspect_ratio
            if codec.pointee.codec_id == AV_CODEC_ID_HEVC {
                stream.pointee.codecpar.pointee.codec_tag = UInt32(reelmill_tag_hvc1())
            }
        }
    }

    /// Opens a track of which `describe` says what its samples are.
    static func open(
        timescale: Int, firstSequence: Int, light: LightMetadata? = nil,
        describe: (UnsafeMutablePointer<AVStream>) throws(Failure) -> Void
    ) throws(Failure) -> FragmentMuxer {
        let doing = "Opening the muxer"
        let output = try MemoryOutput.open()
        var allocated: UnsafeMutablePointer<AVFormatContext>?
        try requireSuccess(
            avformat_alloc_output_context2(&allocated, nil, "mp4", nil), doing)
        let context = try requireAllocated(allocated, doing)
        let muxer = FragmentMuxer(owning: context, output)
        context.pointee.pb = muxer.output.context
        context.pointee.flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO
        context.pointee.avoid_negative_ts = 0
        let stream = try requireAllocated(avformat_new_stream(context, nil), doing)
        try describe(stream)
        stream.pointee.time_base = reelmill_rational(1, Int32(timescale))
        if let light { try light.attach(to: stream) }
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        for (key, value) in [
            ("movflags", "+frag_custom+empty_moov+default_base_moof+frag_discont"),
            ("use_editlist", "0"), ("video_track_timescale", String(timescale)),
            ("fragment_index", String(firstSequence)), ("write_colr", "1"),
            ("strict", "experimental"),
        ] {
            try requireSuccess(av_dict_set(&options, key, value, 0), doing)
        }
        try requireSuccess(avformat_write_header(context, &options), doing)
        return muxer
    }

    /// The initialization segment; call once, right after `open`.
    func initializationSegment() -> [UInt8] { output.drain() }

    /// Adds a sample. All times are in ticks of the track.
    mutating func write(
        _ packet: borrowing Packet, decodeTime: Int64, presentationTime: Int64, duration: Int64
    ) throws(Failure) {
        guard presentationTime >= decodeTime else {
            throw Failure(
                .permanent, .internalFault,
                "The encoder reorders further than the plan allows: a frame for tick "
                    + "\(presentationTime) is decoded at \(decodeTime). Lower the number of "
                    + "B-frames in the profile.")
        }
        if pending.samples == 0 { pending.decodeTime = decodeTime }
        pending.ticks.append(duration)
        pending.duration += duration
        let value = packet.pointer
        value.pointee.dts = decodeTime
        value.pointee.pts = presentationTime
        value.pointee.duration = duration
        value.pointee.stream_index = 0
        try requireSuccess(av_write_frame(context, value), "Writing a sample")
    }

    /// Ends the fragment and appends it to staging; nil when no sample was written since the last.
    mutating func flush(to file: inout StagingFile) throws(Failure) -> Fragment? {
        guard pending.samples > 0 else { return nil }
        try requireSuccess(av_write_frame(context, nil), "Ending a fragment")
        let bytes = output.drain()
        let sizes = SampleSizes.read(fragment: bytes)
        guard sizes.count == pending.samples else {
            throw Failure(
                .permanent, .internalFault,
                "A fragment of \(pending.samples) samples has \(sizes.count) sizes.")
        }
        flushedSamples = zip(sizes, pending.ticks).map { CodedSample(bytes: $0, ticks: $1) }
        let extent = try file.append(bytes)
        defer { pending = Pending() }
        return Fragment(
            extent: extent, decodeTime: pending.decodeTime, duration: pending.duration,
            samples: pending.samples)
    }

    deinit { avformat_free_context(context) }
}
