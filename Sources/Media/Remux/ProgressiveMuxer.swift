import CLibAV
import TranscodeModel

/// Writes a plain MP4 file. Edit lists and tables are libavformat's.
struct ProgressiveMuxer: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let output: SeekableOutput

    private init(
        owning context: UnsafeMutablePointer<AVFormatContext>, _ output: consuming SeekableOutput
    ) {
        self.context = context
        self.output = output
    }

    /// `languages` are those of the tracks. With `indexBytes`, the `moov` stands first and has that much
    /// room; without, it stands last.
    static func open(
        _ tracks: [TrackInput], languages: [String], chapters: [Chapter] = [], descriptor: Int32?,
        indexBytes: Int64?
    ) throws(Failure) -> ProgressiveMuxer {
        let doing = "Opening the muxer"
        let output = try SeekableOutput.open(descriptor: descriptor)
        var allocated: UnsafeMutablePointer<AVFormatContext>?
        try requireSuccess(
            avformat_alloc_output_context2(&allocated, nil, "mp4", nil), doing)
        let context = try requireAllocated(allocated, doing)
        let muxer = ProgressiveMuxer(owning: context, output)
        context.pointee.pb = muxer.output.context
        context.pointee.flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO
        for (number, track) in tracks.enumerated() {
            let isFirst = !tracks[..<number].contains { $0.kind == track.kind }
            try muxer.add(track, language: languages[number], isDefault: isFirst)
        }
        try ChapterList.add(chapters, to: context)
        // In the movie's timescale edit lists state durations: the first track's makes its own exact.
        let timescale = tracks[0].stream.pointee.time_base.den
        var settings = [("write_colr", "1"), ("movie_timescale", String(timescale))]
        if let video = tracks.first(where: { $0.kind == AVMEDIA_TYPE_VIDEO }) {
            settings.append(("video_track_timescale", String(video.stream.pointee.time_base.den)))
        }
        if let indexBytes { settings.append(("moov_size", String(indexBytes))) }
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        for (key, value) in settings {
            try requireSuccess(av_dict_set(&options, key, value, 0), doing)
        }
        try muxer.require(avformat_write_header(context, &options), doing)
        return muxer
    }

    private func add(
        _ track: TrackInput, language: String, isDefault: Bool
    ) throws(Failure) {
        let doing = "Opening the muxer"
        let source = track.stream
        let stream = try requireAllocated(avformat_new_stream(context, nil), doing)
        // The codec tag comes along, which keeps `hvc1`.
        try requireSuccess(
            avcodec_parameters_copy(stream.pointee.codecpar, source.pointee.codecpar), doing)
        if track.kind == AVMEDIA_TYPE_AUDIO {
            stream.pointee.codecpar.pointee.frame_size = Int32(clamping: track.sampleTicks)
        }
        stream.pointee.time_base = source.pointee.time_base
        stream.pointee.sample_aspect_ratio = source.pointee.sample_aspect_ratio
        stream.pointee.disposition = isDefault ? AV_DISPOSITION_DEFAULT : 0
        try requireSuccess(
            av_dict_set(&stream.pointee.metadata, "language", language, 0), doing)
    }

    /// Writes the next sample of `track`.
    func write(_ track: TrackInput, number: Int) throws(Failure) {
        let from = track.stream.pointee.time_base
        let to = context.pointee.streams[number]!.pointee.time_base
        try track.take { packet throws(Failure) in
            packet.pointer.pointee.stream_index = Int32(number)
            packet.pointer.pointee.pos = -1
            av_packet_rescale_ts(packet.pointer, from, to)
            try require(av_write_frame(context, packet.pointer), "Writing a sample")
        }
    }

    /// Bytes so far, the room for the `moov` included.
    var position: Int64 { output.position }

    /// Ends the file. Returns its length, and how many bytes came after the last sample.
    func finish() throws(Failure) -> (length: Int64, tail: Int64) {
        let end = output.position
        try require(av_write_trailer(context), "Ending the file")
        let length = output.flushedLength()
        try output.requireWritten()
        return (length, length - end)
    }

    /// A failed write has a better reason than libav's.
    private func require(_ answer: Int32, _ doing: String) throws(Failure) {
        guard answer < 0 else { return }
        try output.requireWritten()
        try requireSuccess(answer, doing)
    }

    deinit { avformat_free_context(context) }
}
