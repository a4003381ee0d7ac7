import CLibAV
import TranscodeModel

/// Goes through the key frames of one video stream, and decodes those that are asked for.
///
/// It reads every packet and never seeks: an index may be missing or wrong, and the MP4 demuxer gives
/// false times when it is told to skip all other packets (seen with FFmpeg 5.1).
struct KeyFrameReader: ~Copyable {
    private let demuxer: Demuxer
    private let decoder: Decoder
    private let stream: Int
    private let held: Packet
    private let ahead: Packet
    private let treatment: PictureTreatment
    /// Of the plan's times: pictures that are counted have another than the file's.
    let timeBase: Rational
    private var clock: PacketClock

    private init(
        _ demuxer: consuming Demuxer, _ decoder: consuming Decoder, _ held: consuming Packet,
        _ ahead: consuming Packet, _ plan: ImagePlan, timeBase: Rational
    ) {
        self.demuxer = demuxer
        self.decoder = decoder
        self.held = held
        self.ahead = ahead
        self.timeBase = timeBase
        stream = plan.streamIndex
        clock = PacketClock(plan.sourceClock)
        treatment = plan.treatment
    }

    static func open(
        source: Int32, plan: ImagePlan, limits: Int, threads: Int
    ) throws(Failure) -> KeyFrameReader {
        let demuxer = try Demuxer.open(
            descriptor: source, name: "The source", streamsMaximum: limits)
        try demuxer.findStreamParameters(name: "The source")
        let number = plan.streamIndex
        guard number < demuxer.streamCount,
            demuxer.stream(number).pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
        else {
            throw Failure(
                .permanent, .sourceChanged,
                "The source has no pictures in stream \(number) any more. Enqueue it again.")
        }
        demuxer.keepOnly(stream: number)
        let decoder = try Decoder.open(stream: demuxer.stream(number), threads: threads)
        let base = demuxer.stream(number).pointee.time_base
        return KeyFrameReader(
            demuxer, decoder, try Packet.allocate(), try Packet.allocate(), plan,
            timeBase: plan.sourceTimeBase ?? Rational(Int64(base.num), Int64(base.den)))
    }

    /// Reads on to the next key frame; the one held before stays until `take`. Nil at the end.
    mutating func next() -> RandomAccessPoint? {
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: ahead) else { return nil }
            } catch { return nil }
            guard Int(ahead.pointer.pointee.stream_index) == stream else { continue }
            clock.correct(ahead)
            let value = ahead.pointer.pointee
            let time = value.pts != reelmill_no_pts ? value.pts : value.dts
            guard value.flags & AV_PKT_FLAG_KEY != 0,
                value.flags & AV_PKT_FLAG_DISCARD == 0, time != reelmill_no_pts
            else { continue }
            return RandomAccessPoint(
                pts: time, dts: value.dts != reelmill_no_pts ? value.dts : time,
                bytePosition: value.pos)
        }
    }

    /// Holds the key frame that `next` found.
    func take() {
        held.clear()
        av_packet_move_ref(held.pointer, ahead.pointer)
    }

    /// Decodes the key frame held, by itself, upright and progressive. Nil when that gives no picture.
    mutating func picture() throws(Failure) -> Frame? {
        guard held.pointer.pointee.size > 0 else { return nil }
        defer { decoder.flush() }
        let frame = try Frame.allocate()
        do throws(LibAVError) {
            try decoder.send(held)
            try decoder.sendEnd()
            guard try decoder.receive(into: frame) == .ready else { return nil }
        } catch {
            if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
            return nil
        }
        guard try treatment.apply(to: frame) else { return nil }
        return frame
    }
}

extension PictureTreatment {
    /// Treats one picture by itself, in place; false where the filters give none for it.
    func apply(to frame: borrowing Frame) throws(Failure) -> Bool {
        setAspect(of: frame)
        let filters = FilterDescription(self, frame).text
        guard !filters.isEmpty else { return true }
        frame.pointer.pointee.pts = 0
        let graph = try FilterGraph.open(filters, first: frame, timeBase: .one)
        try graph.send(frame)
        try graph.sendEnd()
        return try graph.receive(into: frame) == .ready
    }
}
