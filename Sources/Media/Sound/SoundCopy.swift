import CLibAV
import TranscodeModel
import WorkerProtocol

/// Writes the packets of a source's track as a rendition, one fragment a segment.
struct SoundCopy: ~Copyable {
    private let rendition: AudioRendition
    private let copied: CopiedSound
    private let silence: [UInt8]
    private let segmentation: SoundSegmentation
    private var muxer: FragmentMuxer
    private var file: StagingFile
    private let initialization: Extent
    private let initializationDigest: Digest
    private var fragments: [Fragment] = []
    private var framesWritten = 0

    /// Copies what the plan says of a track that was found to be sound.
    static func run(
        _ rendition: AudioRendition, _ copied: CopiedSound, source: Int32, staging: Int32,
        limits: WorkerLimits, _ reporter: ProgressReporter, _ clock: inout StageClock
    ) throws(Failure) -> Piece {
        let start = clock.now
        let demuxer = try Demuxer.open(
            descriptor: source, name: "The source", streamsMaximum: limits.streamsMaximum)
        try demuxer.findStreamParameters(name: "The source")
        guard rendition.streamIndex < demuxer.streamCount,
            var reader = AACPackets(demuxer.stream(rendition.streamIndex))
        else { throw changed(rendition) }
        demuxer.keepOnly(stream: rendition.streamIndex)
        let packet = try Packet.allocate()
        var copy: SoundCopy?
        var number = 0
        while number < copied.packets.upperBound {
            var hasPacket = false
            do throws(LibAVError) { hasPacket = try demuxer.read(into: packet) } catch {
                throw changed(rendition)
            }
            guard hasPacket else { throw changed(rendition) }
            guard Int(packet.pointer.pointee.stream_index) == rendition.streamIndex else {
                continue
            }
            guard let header = reader.headerLength(packet), let form = reader.form else {
                throw changed(rendition)
            }
            if copied.packets.contains(number) {
                if copy == nil {
                    copy = try open(rendition, copied, form, staging: staging)
                    try copy!.writeSilence(copied.leadingFrames)
                }
                packet.pointer.pointee.data += header
                packet.pointer.pointee.size -= Int32(header)
                try copy!.write(packet)
                // To see whether all of it can be decoded was the first half.
                reporter.update(
                    done: (copied.packets.count + copy!.framesWritten) / 2,
                    bytes: copy!.file.offset)
            }
            number += 1
        }
        guard var made = copy.take() else { throw changed(rendition) }
        try made.writeSilence(copied.trailingFrames)
        let piece = try made.finish()
        clock.add("mux", since: start)
        return piece
    }

    private static func open(
        _ rendition: AudioRendition, _ copied: CopiedSound, _ form: AACForm, staging: Int32
    ) throws(Failure) -> SoundCopy {
        guard form.sampleRate == rendition.sampleRate, form.channels == rendition.channels else {
            throw changed(rendition)
        }
        var file = StagingFile(descriptor: staging)
        let muxer = try FragmentMuxer.open(timescale: rendition.sampleRate, firstSequence: 1) {
            stream throws(Failure) in
            try form.describe(
                stream.pointee.codecpar, bitRate: Int64(copied.kilobitsPerSecond) * 1000)
        }
        let bytes = muxer.initializationSegment()
        let extent = try file.append(bytes)
        let needsSilence = copied.leadingFrames + copied.trailingFrames > 0
        return SoundCopy(
            rendition: rendition, copied: copied,
            silence: needsSilence ? try SilentFrame.bytes(rendition) : [],
            segmentation: SoundSegmentation(
                frameSize: CodedSound.frameSamples, priming: copied.primingSamples,
                rendition: rendition), muxer: muxer, file: file, initialization: extent,
            initializationDigest: try Digest.ofInitializationSegment(bytes))
    }

    private mutating func writeSilence(_ count: Int) throws(Failure) {
        let packet = try Packet.allocate()
        for _ in 0..<count {
            packet.clear()
            try requireSuccess(
                av_new_packet(packet.pointer, Int32(silence.count)), "Making silence")
            silence.withUnsafeBufferPointer {
                packet.pointer.pointee.data.update(from: $0.baseAddress!, count: $0.count)
            }
            try write(packet)
        }
    }

    private mutating func write(_ packet: borrowing Packet) throws(Failure) {
        let size = Int64(CodedSound.frameSamples)
        let time = Int64(framesWritten) * size
        // What the source's container says of a packet is no business of ours.
        av_packet_free_side_data(packet.pointer)
        packet.pointer.pointee.flags = AV_PKT_FLAG_KEY
        packet.pointer.pointee.pos = -1
        try muxer.write(packet, decodeTime: time, presentationTime: time, duration: size)
        framesWritten += 1
        if segmentation.endsFragment(afterFrames: framesWritten) { try endFragment() }
    }

    private mutating func endFragment() throws(Failure) {
        if let fragment = try muxer.flush(to: &file) { fragments.append(fragment) }
    }

    private mutating func finish() throws(Failure) -> Piece {
        try endFragment()
        let heard = framesWritten * CodedSound.frameSamples - copied.primingSamples
        guard heard >= rendition.samples, heard - rendition.samples < CodedSound.frameSamples else {
            throw SoundCopy.changed(rendition)
        }
        return Piece(
            name: rendition.name, initialization: initialization,
            initializationDigest: initializationDigest, fragments: fragments,
            primingSamples: copied.primingSamples)
    }

    private static func changed(_ rendition: AudioRendition) -> Failure {
        Failure(
            .permanent, .sourceChanged,
            "The sound in stream \(rendition.streamIndex) of the source is not what it was when it was "
                + "read first. Enqueue it again.")
    }
}

extension AACForm {
    /// Says to a muxer what the codec frames are.
    func describe(
        _ parameters: UnsafeMutablePointer<AVCodecParameters>, bitRate: Int64
    ) throws(Failure) {
        let bytes = configuration
        let room = bytes.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)
        let data = try requireAllocated(av_mallocz(room), "Opening the muxer")
        data.copyMemory(from: bytes, byteCount: bytes.count)
        parameters.pointee.extradata = data.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = Int32(bytes.count)
        parameters.pointee.codec_type = AVMEDIA_TYPE_AUDIO
        parameters.pointee.codec_id = AV_CODEC_ID_AAC
        parameters.pointee.profile = FF_PROFILE_AAC_LOW
        parameters.pointee.sample_rate = Int32(sampleRate)
        parameters.pointee.frame_size = Int32(CodedSound.frameSamples)
        parameters.pointee.bit_rate = bitRate
        av_channel_layout_default(&parameters.pointee.ch_layout, Int32(channels))
    }
}
