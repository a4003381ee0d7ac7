import CLibAV
import TranscodeModel

/// Encodes the samples of one rendition and writes them as fragments, one a segment.
struct SoundEncoder: ~Copyable, SoundSink {
    private let rendition: AudioRendition
    private let encoder: Encoder
    private let packet: Packet
    private var file: StagingFile
    /// What each sample is multiplied with.
    private let gain: Float
    private var muxer: FragmentMuxer
    private let segmentation: SoundSegmentation
    private let initialization: Extent
    private let initializationDigest: Digest
    private var fragments: [Fragment] = []
    private var samplesSent = 0
    /// Codec frames written so far.
    private(set) var framesWritten = 0

    private init(
        _ rendition: AudioRendition, _ encoder: consuming Encoder, _ muxer: consuming FragmentMuxer,
        _ packet: consuming Packet, _ file: consuming StagingFile, gain: Float,
        initialization: Extent, digest: Digest
    ) {
        self.rendition = rendition
        segmentation = SoundSegmentation(
            frameSize: Int(encoder.context.pointee.frame_size),
            priming: Int(encoder.context.pointee.initial_padding), rendition: rendition)
        self.encoder = encoder
        self.muxer = muxer
        self.packet = packet
        self.gain = gain
        self.file = file
        self.initialization = initialization
        initializationDigest = digest
    }

    /// Every sample is multiplied with `gain` first.
    static func open(
        _ rendition: AudioRendition, gain: Float, staging: Int32
    ) throws(Failure) -> SoundEncoder {
        var file = StagingFile(descriptor: staging)
        let encoder = try SoundEncoderSettings(rendition: rendition).open()
        let muxer = try FragmentMuxer.open(
            encoder: encoder, timescale: rendition.sampleRate, firstSequence: 1)
        let bytes = muxer.initializationSegment()
        let extent = try file.append(bytes)
        let digest = try Digest.ofInitializationSegment(bytes)
        return SoundEncoder(
            rendition, encoder, muxer, try Packet.allocate(), file, gain: gain,
            initialization: extent, digest: digest)
    }

    var bytesWritten: Int64 { file.offset }
    /// Samples in a codec frame.
    var frameSize: Int { segmentation.frameSize }

    /// Encodes the whole codec frames that are queued.
    mutating func take(
        from queue: inout SoundQueue, _ clock: inout StageClock
    ) throws(Failure) {
        while queue.available >= segmentation.frameSize {
            try send(try queue.take(segmentation.frameSize), &clock)
        }
    }

    /// Encodes the rest, flushes the encoder and returns all that was made.
    mutating func finish(
        _ queue: inout SoundQueue, _ clock: inout StageClock
    ) throws(Failure) -> Piece {
        if queue.available > 0 { try send(try queue.take(queue.available), &clock) }
        let start = clock.now
        try encoder.sendEnd()
        clock.add("encode", since: start)
        try drain(&clock)
        try endFragment()
        let heard = framesWritten * segmentation.frameSize - segmentation.priming
        guard samplesSent == rendition.samples, heard >= rendition.samples,
            heard - rendition.samples < segmentation.frameSize
        else {
            throw Failure(
                .permanent, .wrongFrameCount,
                "\(rendition.name): \(framesWritten) codec frames of \(segmentation.frameSize) "
                    + "samples came out where the plan has \(rendition.samples) samples.")
        }
        return Piece(
            name: rendition.name, initialization: initialization,
            initializationDigest: initializationDigest, fragments: fragments,
            primingSamples: segmentation.priming)
    }

    private mutating func send(
        _ block: consuming Frame, _ clock: inout StageClock
    ) throws(Failure) {
        block.pointer.pointee.pts = Int64(samplesSent)
        block.multiply(with: gain)
        samplesSent += Int(block.pointer.pointee.nb_samples)
        let start = clock.now
        try encoder.send(block)
        clock.add("encode", since: start)
        try drain(&clock)
    }

    private mutating func drain(_ clock: inout StageClock) throws(Failure) {
        while true {
            var start = clock.now
            let output = try encoder.receive(into: packet)
            clock.add("encode", since: start)
            guard output == .ready else { return }
            start = clock.now
            try write()
            clock.add("mux", since: start)
        }
    }

    private mutating func write() throws(Failure) {
        let size = Int64(segmentation.frameSize)
        let decodeTime = Int64(framesWritten) * size
        guard packet.pointer.pointee.pts + Int64(segmentation.priming) == decodeTime else {
            throw Failure(
                .permanent, .outputInvalid,
                "\(rendition.name): the encoder gave codec frame \(framesWritten) the time "
                    + "\(packet.pointer.pointee.pts). Use another build of FFmpeg.")
        }
        // The last frame is whole, too: its padding is beyond the plan's end, not a shorter frame.
        try muxer.write(
            packet, decodeTime: decodeTime, presentationTime: decodeTime, duration: size)
        framesWritten += 1
        if segmentation.endsFragment(afterFrames: framesWritten) { try endFragment() }
    }

    private mutating func endFragment() throws(Failure) {
        if let fragment = try muxer.flush(to: &file) { fragments.append(fragment) }
    }
}
