import CLibAV
import TranscodeModel
import WorkerProtocol

/// Encodes and muxes the scaled pictures of one rendition of a chunk.
final class RenditionEncoder {
    private let rendition: VideoRendition
    private let request: EncodeRequest
    private let timing: FrameTiming
    private let settings: VideoEncoderSettings
    /// The groups of the chunk that are still to be written, the current one first.
    private var groups: ArraySlice<Range<Int>>
    private let groupStarts: Set<Int>
    private var encoder: Encoder
    private let packet: Packet
    /// What the encoder is given; it keeps a reference of its own where it needs one.
    private let picture: Frame
    private let scaler: RenditionScaler
    private var muxer: FragmentMuxer
    private var packetsWritten = 0
    private var fragments: [Fragment] = []
    private let bufferModel: BufferModel
    private var buffer: BufferTransfer
    private let initialization: Extent
    private let initializationDigest: Digest

    init(
        _ scaler: RenditionScaler, _ request: EncodeRequest, threads: Int,
        file: inout StagingFile
    ) throws(Failure) {
        self.scaler = scaler
        rendition = scaler.rendition
        bufferModel = BufferModel(rendition)
        buffer = .nothing(size: bufferModel.size)
        self.request = request
        timing = request.timing
        groups = timing.groups(in: request.chunk.frames)[...]
        groupStarts = Set(groups.map(\.lowerBound))
        packet = try Packet.allocate()
        picture = try Frame.allocate()
        settings = VideoEncoderSettings(
            rendition: rendition, request: request, threads: threads)
        encoder = try settings.open()
        muxer = try FragmentMuxer.open(
            encoder: encoder, timescale: request.grid.timescale,
            firstSequence: timing.groups(before: request.chunk.frames.lowerBound) + 1,
            light: request.light)
        let bytes = muxer.initializationSegment()
        initialization = try file.append(bytes)
        initializationDigest = try Digest.ofInitializationSegment(bytes)
    }

    /// Encodes the scaled picture as frame `number` of the grid.
    func encode(
        frame number: Int, _ clock: inout StageClock, _ file: inout StagingFile
    ) throws(Failure) {
        picture.clear()
        try scaler.share(into: picture)
        let startsGroup = groupStarts.contains(number)
        if startsGroup, number > request.chunk.frames.lowerBound, countsKeyFrames {
            try flush(&clock, &file)
            encoder = try settings.open()
        }
        picture.pointer.pointee.pts = timing.encoderTime(of: number)
        picture.pointer.pointee.pict_type =
            startsGroup ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        let start = clock.now
        try encoder.send(picture)
        clock.add("encode", since: start)
        // So that its bytes can be used again.
        picture.clear()
        try drain(&clock, &file)
    }

    /// Flushes the encoder and returns all that was made.
    func finish(_ clock: inout StageClock, _ file: inout StagingFile) throws(Failure) -> Piece {
        try flush(&clock, &file)
        try endFragment(&file)
        guard packetsWritten == request.chunk.frames.count else {
            throw Failure(
                .permanent, .wrongFrameCount,
                "\(rendition.name): \(packetsWritten) frames came out of the encoder where the "
                    + "plan has \(request.chunk.frames.count).")
        }
        return Piece(
            name: rendition.name, initialization: initialization,
            initializationDigest: initializationDigest, fragments: fragments, buffer: buffer)
    }

    /// SVT-AV1 places key frames by counting and takes no wish for one: where groups have unlike numbers of
    /// frames, each gets an encoder of its own.
    private var countsKeyFrames: Bool {
        rendition.codec == .av1 && request.grid.cadence != nil
    }

    private func flush(_ clock: inout StageClock, _ file: inout StagingFile) throws(Failure) {
        let start = clock.now
        try encoder.sendEnd()
        clock.add("encode", since: start)
        try drain(&clock, &file)
    }

    private func drain(_ clock: inout StageClock, _ file: inout StagingFile) throws(Failure) {
        while true {
            var start = clock.now
            let output = try encoder.receive(into: packet)
            clock.add("encode", since: start)
            guard output == .ready else { return }
            start = clock.now
            try write(&file)
            clock.add("mux", since: start)
        }
    }

    private func write(_ file: inout StagingFile) throws(Failure) {
        let value = packet.pointer.pointee
        let isKey = value.flags & AV_PKT_FLAG_KEY != 0
        let decoded = request.chunk.frames.lowerBound + packetsWritten
        if let group = groups.first, group.upperBound == decoded { groups.removeFirst() }
        guard let group = groups.first, let shown = timing.frame(atEncoderTime: value.pts),
            isKey == (decoded == group.lowerBound), !isKey || shown == decoded
        else {
            throw Failure(
                .permanent, .outputInvalid,
                "\(rendition.name): the frame in place \(decoded) is \(isKey ? "" : "not ")a key "
                    + "frame, against the grid of \(request.keyFrameInterval) frames. Remove encoder "
                    + "parameters that place key frames from the profile.")
        }
        if isKey { try endFragment(&file) }
        let decodeTime = timing.decodeTicks(decoded, in: group)
        try muxer.write(
            packet, decodeTime: decodeTime,
            presentationTime: request.grid.ticks(of: shown) + timing.shift,
            duration: timing.decodeTicks(decoded + 1, in: group) - decodeTime)
        packetsWritten += 1
    }

    private func endFragment(_ file: inout StagingFile) throws(Failure) {
        guard let fragment = try muxer.flush(to: &file) else { return }
        fragments.append(fragment)
        buffer = buffer.followed(
            by: bufferModel.transfer(
                of: muxer.flushedSamples, timescale: request.grid.timescale))
    }
}
