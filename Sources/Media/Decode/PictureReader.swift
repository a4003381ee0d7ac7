import CLibAV
import TranscodeModel

/// Decodes one video stream from an entry point on, picture by picture in presentation order.
struct PictureReader: ~Copyable {
    private let demuxer: Demuxer
    private let decoder: Decoder
    private let stream: Int
    private let packet: Packet
    /// Whether `packet` holds the entry point's packet, still to be sent.
    private var holdsPacket = false
    private var hasFed = false
    private var isDraining = false
    /// Set when the container gives no presentation times: pictures are then counted from here.
    private var countedTime: Int64?
    private let isCounted: Bool
    /// The longest step between two pictures that is believed; nil where all are.
    private let stepMaximum: Int64?
    private var lastTime: Int64?
    private var clock: PacketClock
    private let log: DamageLog

    private init(
        _ demuxer: consuming Demuxer, _ decoder: consuming Decoder, _ packet: consuming Packet,
        stream: Int, clock: SourceClock, log: DamageLog
    ) {
        stepMaximum = clock.stepMaximum
        self.demuxer = demuxer
        self.decoder = decoder
        self.packet = packet
        self.stream = stream
        self.clock = PacketClock(clock)
        self.log = log
        isCounted = clock.isCounted
        if clock.isCounted { countedTime = 0 }
    }

    /// Opens the source and moves to `entryPoint`, or to the start of the file when that is nil.
    ///
    /// Nil when the entry point cannot be found, neither by seeking nor by reading up to it.
    static func open(
        source: Int32, stream: Int, clock: SourceClock, entryPoint: RandomAccessPoint?,
        limits: Int, threads: Int, log: DamageLog
    ) throws(Failure) -> PictureReader? {
        // Pictures that are counted are counted from the start.
        let entryPoint = clock.isCounted ? nil : entryPoint
        for seeks in [true, false] {
            let demuxer = try Demuxer.open(
                descriptor: source, name: "The source", streamsMaximum: limits)
            try demuxer.findStreamParameters(name: "The source")
            guard stream < demuxer.streamCount else {
                throw Failure(
                    .permanent, .sourceChanged,
                    "The source has no stream \(stream) any more. Enqueue it again.")
            }
            demuxer.keepOnly(stream: stream)
            if seeks, let entryPoint, !demuxer.seek(to: entryPoint, stream: stream) { continue }
            let decoder = try Decoder.open(stream: demuxer.stream(stream), threads: threads)
            let packet = try Packet.allocate()
            var reader = PictureReader(
                demuxer, decoder, packet, stream: stream, clock: clock, log: log)
            guard let entryPoint else { return reader }
            if try reader.advance(to: entryPoint) { return reader }
        }
        return nil
    }

    /// Reads on until the entry point's own packet is at hand.
    private mutating func advance(to entryPoint: RandomAccessPoint) throws(Failure) -> Bool {
        while try readPacket() {
            let value = packet.pointer.pointee
            let time = value.pts != reelmill_no_pts ? value.pts : value.dts
            if time == entryPoint.pts, value.flags & AV_PKT_FLAG_KEY != 0 {
                if value.pts == reelmill_no_pts { countedTime = time }
                holdsPacket = true
                return true
            }
            if value.dts != reelmill_no_pts, value.dts > entryPoint.dts { return false }
        }
        return false
    }

    /// The next packet of the stream; false at the end, or where the file is too damaged to read on.
    private mutating func readPacket() throws(Failure) -> Bool {
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: packet) else { return false }
            } catch {
                try log.note(at: nil, error.text)
                return false
            }
            guard Int(packet.pointer.pointee.stream_index) == stream else { continue }
            clock.correct(packet)
            return true
        }
    }

    /// Fills `frame` with the next picture and sets its `pts`, in the stream's ticks. False at the end.
    mutating func next(into frame: borrowing Frame) throws(Failure) -> Bool {
        while true {
            frame.clear()
            let output: Output
            do throws(LibAVError) { output = try decoder.receive(into: frame) } catch {
                try tolerate(error)
                continue
            }
            switch output {
            case .ready:
                setTime(frame)
                try log.note(frame)
                return true
            case .ended: return false
            case .needsInput: try feed()
            }
        }
    }

    private mutating func feed() throws(Failure) {
        if holdsPacket {
            holdsPacket = false
            hasFed = true
        } else if !isDraining {
            isDraining = try !readPacket()
            if !isDraining { startCounting() }
        }
        do throws(LibAVError) {
            if isDraining { try decoder.sendEnd() } else { try decoder.send(packet) }
        } catch { try tolerate(error) }
    }

    /// From the start of a file without presentation times, pictures are counted from its first packet.
    private mutating func startCounting() {
        guard !hasFed, !isCounted else { return }
        hasFed = true
        let value = packet.pointer.pointee
        if value.pts == reelmill_no_pts, value.dts != reelmill_no_pts { countedTime = value.dts }
    }

    /// libav's guess for AVI lags behind by the reordering, so pictures without times of their own
    /// are counted: such containers have a constant rate.
    private mutating func setTime(_ frame: borrowing Frame) {
        let picture = frame.pointer
        picture.pointee.pict_type = AV_PICTURE_TYPE_NONE
        guard let time = countedTime else {
            picture.pointee.pts = believed(picture.pointee.best_effort_timestamp, frame)
            lastTime = picture.pointee.pts
            return
        }
        picture.pointee.pts = time
        picture.pointee.best_effort_timestamp = time
        countedTime = time + (isCounted ? 1 : max(picture.pointee.pkt_duration, 1))
    }

    /// A time that a damaged packet states is replaced by the one that is due, so that the pictures after it are not
    /// held up by it.
    private func believed(_ time: Int64, _ frame: borrowing Frame) -> Int64 {
        guard let stepMaximum, let lastTime, time != reelmill_no_pts else { return time }
        let (step, overflow) = time.subtractingReportingOverflow(lastTime)
        guard overflow || step.magnitude > stepMaximum.magnitude else { return time }
        return lastTime + max(frame.pointer.pointee.pkt_duration, 1)
    }

    /// Counts damage; want of memory is no damage.
    private mutating func tolerate(_ error: LibAVError) throws(Failure) {
        if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
        let value = packet.pointer.pointee
        try log.note(at: value.pts != reelmill_no_pts ? value.pts : value.dts, error.text)
    }
}

extension Demuxer {
    /// Moves to or before the entry point; false when the container cannot.
    func seek(to entryPoint: RandomAccessPoint, stream: Int) -> Bool {
        let format = String(cString: context.pointee.iformat.pointee.name)
        if ["mpegts", "mpeg"].contains(format) {
            return entryPoint.bytePosition >= 0
                && av_seek_frame(
                    context, Int32(stream), entryPoint.bytePosition, AVSEEK_FLAG_BYTE) >= 0
        }
        // The index of MP4 is by decode time, that of others by presentation time.
        let time = format.hasPrefix("mov") ? entryPoint.dts : entryPoint.pts
        return av_seek_frame(context, Int32(stream), time, AVSEEK_FLAG_BACKWARD) >= 0
    }
}
