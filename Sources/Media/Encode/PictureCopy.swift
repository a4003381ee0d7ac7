import CLibAV
import TranscodeModel
import WorkerProtocol

/// Writes a chunk's packets of the source as a rendition that the source already is, one fragment a group. Each packet is
/// held against the plan: what is not as it was when the source was read first fails the unit.
struct PictureCopy: ~Copyable {
    private let rendition: VideoRendition
    private let request: EncodeRequest
    private let timing: FrameTiming
    /// Of each frame, the first time that is too late for it, in ticks of the source.
    private let deadlines: [Int64]
    /// The groups that are still to be written, the current one first.
    private var groups: ArraySlice<Range<Int>>
    private var isWritten: [Bool]
    private var packetsWritten = 0
    private let bufferModel: BufferModel
    private var buffer: BufferTransfer
    private var muxer: FragmentMuxer
    private var file: StagingFile
    private var fragments: [Fragment] = []
    private let initialization: Extent
    private let initializationDigest: Digest

    static func run(
        _ wanted: [VideoRendition], _ request: EncodeRequest, limits: WorkerLimits,
        reporter: ProgressReporter, source: Int32, staging: Int32
    ) throws(Failure) -> WorkResult {
        guard wanted.count == 1, let rendition = wanted.first else {
            throw Failure(
                .permanent, .internalFault, "What is copied is not made beside other renditions.")
        }
        var clock = StageClock()
        let start = clock.now
        for seeks in [true, false] {
            let demuxer = try Demuxer.open(
                descriptor: source, name: "The source", streamsMaximum: limits.streamsMaximum)
            let piece = try piece(
                rendition, request, demuxer, seeks: seeks, staging: staging, reporter)
            guard let piece else { continue }
            clock.add("copy", since: start)
            return WorkResult(pieces: [piece], stageCPUSeconds: clock.secondsByStage)
        }
        throw changed(request)
    }

    /// Nil where the chunk's first packet is not found.
    private static func piece(
        _ rendition: VideoRendition, _ request: EncodeRequest, _ demuxer: borrowing Demuxer,
        seeks: Bool, staging: Int32, _ reporter: ProgressReporter
    ) throws(Failure) -> Piece? {
        let container = String(cString: demuxer.context.pointee.iformat.pointee.name)
        guard request.streamIndex < demuxer.streamCount,
            var survey = CodedPictureSurvey(
                demuxer.stream(request.streamIndex), container: container),
            survey.obstacle == nil, let entryPoint = request.chunk.entryPoints.first
        else { throw changed(request) }
        demuxer.keepOnly(stream: request.streamIndex)
        if seeks, !demuxer.seek(to: entryPoint, stream: request.streamIndex) { return nil }
        let packet = try Packet.allocate()
        repeat {
            guard try advance(demuxer, packet, request) else { return nil }
            let value = packet.pointer.pointee
            if value.dts != reelmill_no_pts, value.dts > entryPoint.dts { return nil }
        } while packet.pointer.pointee.pts != entryPoint.pts
        var copy = try PictureCopy(
            rendition, request, demuxer.stream(request.streamIndex), staging: staging)
        while true {
            survey.take(packet)
            guard survey.obstacle == nil else { throw changed(request) }
            try copy.write(packet)
            reporter.update(done: copy.packetsWritten, bytes: copy.file.offset)
            if copy.packetsWritten == request.chunk.frames.count { return try copy.finish() }
            guard try advance(demuxer, packet, request) else { throw changed(request) }
        }
    }

    /// Reads the next packet of the stream; false at the end.
    private static func advance(
        _ demuxer: borrowing Demuxer, _ packet: borrowing Packet, _ request: EncodeRequest
    ) throws(Failure) -> Bool {
        do throws(LibAVError) {
            while try demuxer.read(into: packet) {
                if Int(packet.pointer.pointee.stream_index) == request.streamIndex { return true }
            }
            return false
        } catch { throw changed(request) }
    }

    private init(
        _ rendition: VideoRendition, _ request: EncodeRequest,
        _ stream: UnsafeMutablePointer<AVStream>, staging: Int32
    ) throws(Failure) {
        let timing = request.timing
        let opened = try FragmentMuxer.open(
            timescale: request.grid.timescale,
            firstSequence: timing.groups(before: request.chunk.frames.lowerBound) + 1
        ) { made throws(Failure) in
            try PictureCopy.describe(made, stream.pointee.codecpar.pointee, rendition, request)
        }
        let bytes = opened.initializationSegment()
        var begun = StagingFile(descriptor: staging)
        let extent = try begun.append(bytes)
        let digest = try Digest.ofInitializationSegment(bytes)
        self.rendition = rendition
        self.request = request
        self.timing = timing
        groups = timing.groups(in: request.chunk.frames)[...]
        deadlines = request.chunk.frames.map {
            request.grid.deadlineTicks(frame: $0, timeBase: request.timeBase)
        }
        isWritten = Array(repeating: false, count: request.chunk.frames.count)
        bufferModel = BufferModel(rendition)
        buffer = .nothing(size: bufferModel.size)
        file = begun
        muxer = opened
        initialization = extent
        initializationDigest = digest
    }

    /// The source's parameter sets, and for the rest what an encoder would say.
    private static func describe(
        _ stream: UnsafeMutablePointer<AVStream>, _ source: AVCodecParameters,
        _ rendition: VideoRendition, _ request: EncodeRequest
    ) throws(Failure) {
        let size = Int(source.extradata_size)
        let data = try requireAllocated(
            av_mallocz(size + Int(AV_INPUT_BUFFER_PADDING_SIZE)), "Opening the muxer")
        data.copyMemory(from: source.extradata, byteCount: size)
        let parameters = stream.pointee.codecpar!
        parameters.pointee.extradata = data.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = source.extradata_size
        parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        parameters.pointee.codec_id = AV_CODEC_ID_H264
        parameters.pointee.format = Scaler.format(request.treatment.bitDepth).rawValue
        parameters.pointee.width = Int32(rendition.width)
        parameters.pointee.height = Int32(rendition.height)
        parameters.pointee.sample_aspect_ratio = reelmill_rational(1, 1)
        stream.pointee.sample_aspect_ratio = reelmill_rational(1, 1)
        CodedColor(request.color).apply(to: parameters)
    }

    private mutating func write(_ packet: borrowing Packet) throws(Failure) {
        let value = packet.pointer.pointee
        let isKey = value.flags & AV_PKT_FLAG_KEY != 0
        let first = request.chunk.frames.lowerBound
        let decoded = first + packetsWritten
        if let group = groups.first, group.upperBound == decoded { groups.removeFirst() }
        let shown = first + frameIndex(at: value.pts)
        guard let group = groups.first, group.contains(shown), !isWritten[shown - first],
            shown + request.reorderFrames >= decoded, isKey == (decoded == group.lowerBound),
            !isKey || shown == decoded
        else { throw PictureCopy.changed(request) }
        if isKey { try endFragment() }
        // What the source's container says of a packet is no business of ours.
        av_packet_free_side_data(packet.pointer)
        packet.pointer.pointee.flags = isKey ? AV_PKT_FLAG_KEY : 0
        packet.pointer.pointee.pos = -1
        let decodeTime = timing.decodeTicks(decoded, in: group)
        try muxer.write(
            packet, decodeTime: decodeTime,
            presentationTime: request.grid.ticks(of: shown) + timing.shift,
            duration: timing.decodeTicks(decoded + 1, in: group) - decodeTime)
        isWritten[shown - first] = true
        packetsWritten += 1
    }

    /// The first frame of the chunk that a time is not too late for; the number of frames where there is none.
    private func frameIndex(at time: Int64) -> Int {
        var (low, high) = (0, deadlines.count)
        while low < high {
            let middle = (low + high) / 2
            if deadlines[middle] > time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private mutating func endFragment() throws(Failure) {
        guard let fragment = try muxer.flush(to: &file) else { return }
        fragments.append(fragment)
        buffer = buffer.followed(
            by: bufferModel.transfer(
                of: muxer.flushedSamples, timescale: request.grid.timescale))
    }

    private mutating func finish() throws(Failure) -> Piece {
        try endFragment()
        return Piece(
            name: rendition.name, initialization: initialization,
            initializationDigest: initializationDigest, fragments: fragments, buffer: buffer)
    }

    private static func changed(_ request: EncodeRequest) -> Failure {
        Failure(
            .permanent, .sourceChanged,
            "The pictures in stream \(request.streamIndex) of the source are not what they were when it "
                + "was read first. Enqueue it again.")
    }
}
