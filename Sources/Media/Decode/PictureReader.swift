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
    private(set) var decodeErrors = 0

    private init(
        _ demuxer: consuming Demuxer, _ decoder: consuming Decoder, _ packet: consuming Packet,
        stream: Int
    ) {
        self.demuxer = demuxer
        self.decoder = decoder
        self.packet = packet
        self.stream = stream
    }

    /// Opens the source and moves to `entryPoint`, or to the start of the file when that is nil.
    ///
    /// Nil when the entry point cannot be found, neither by seeking nor by reading up to it.
    static func open(
        source: Int32, stream: Int, entryPoint: RandomAccessPoint?, limits: Int, threads: Int
    ) throws(Failure) -> PictureReader? {
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
            var reader = PictureReader(demuxer, decoder, packet, stream: stream)
            guard let entryPoint else { return reader }
            if try reader.advance(to: entryPoint) { return reader }
        }
        return nil
    }

    /// Reads on until the entry point's own packet is at hand.
    private mutating func advance(to entryPoint: RandomAccessPoint) throws(Failure) -> Bool {
        while readPacket() {
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
    private mutating func readPacket() -> Bool {
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: packet) else { return false }
            } catch {
                decodeErrors += 1
                return false
            }
            if Int(packet.pointer.pointee.stream_index) == stream { return true }
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
                return true
            case .ended: return false
            case .needsInput: try feed()
            }
        }
    }

    private mutating func feed() throws(Failure) {
        do throws(LibAVError) {
            if holdsPacket {
                holdsPacket = false
                hasFed = true
                try decoder.send(packet)
            } else if !isDraining, readPacket() {
                startCounting()
                try decoder.send(packet)
            } else {
                isDraining = true
                try decoder.sendEnd()
            }
        } catch { try tolerate(error) }
    }

    /// From the start of a file without presentation times, pictures are counted from its first packet.
    private mutating func startCounting() {
        guard !hasFed else { return }
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
            picture.pointee.pts = picture.pointee.best_effort_timestamp
            return
        }
        picture.pointee.pts = time
        countedTime = time + max(picture.pointee.pkt_duration, 1)
    }

    /// Counts damage; want of memory is no damage.
    private mutating func tolerate(_ error: LibAVError) throws(Failure) {
        if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
        decodeErrors += 1
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
