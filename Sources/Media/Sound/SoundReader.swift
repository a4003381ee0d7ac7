import CLibAV
import TranscodeModel

/// Decodes one sound track from its start, block by block.
///
/// libavcodec drops the source's own priming and padding.
struct SoundReader: ~Copyable {
    private let demuxer: Demuxer
    private let decoder: Decoder
    private let packet: Packet
    private let stream: Int
    /// Of the blocks' times.
    let timeBase: Rational
    private var isDraining = false
    private var clock: PacketClock
    private var speech: SpeechFrames?
    private let log: DamageLog
    private(set) var blocksRead = 0
    /// Where the last packet so far ends, in ticks; nil when none had a time.
    private(set) var endTicks: Int64?
    /// What can be resampled; a rate outside it is damage.
    private static let rates: ClosedRange<Int32> = 1000...768_000

    private init(
        _ demuxer: consuming Demuxer, _ decoder: consuming Decoder, _ packet: consuming Packet,
        stream: Int, timeBase: Rational, clock: SourceClock, log: DamageLog
    ) {
        speech = SpeechFrames(demuxer.stream(stream))
        self.demuxer = demuxer
        self.decoder = decoder
        self.packet = packet
        self.stream = stream
        self.timeBase = timeBase
        self.clock = PacketClock(clock)
        self.log = log
    }

    static func open(
        source: Int32, stream: Int, clock: SourceClock, damage: DamagePolicy, limits: Int,
        threads: Int
    ) throws(Failure) -> SoundReader {
        let demuxer = try Demuxer.open(
            descriptor: source, name: "The source", streamsMaximum: limits)
        try demuxer.findStreamParameters(name: "The source")
        guard stream < demuxer.streamCount,
            demuxer.stream(stream).pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
        else {
            throw Failure(
                .permanent, .sourceChanged,
                "The source has no sound in stream \(stream) any more. Enqueue it again.")
        }
        demuxer.keepOnly(stream: stream)
        let decoder = try Decoder.open(stream: demuxer.stream(stream), threads: threads)
        let base = demuxer.stream(stream).pointee.time_base
        let timeBase = Rational(Int64(base.num), Int64(base.den))
        return SoundReader(
            demuxer, decoder, try Packet.allocate(), stream: stream, timeBase: timeBase,
            clock: clock, log: DamageLog(stream: stream, timeBase: timeBase, policy: damage))
    }

    /// Errors so far.
    var errors: Int { log.count }

    /// What could not be decoded so far.
    var damage: [Damage] { log.damage }

    /// Fills `frame` with the next block. False at the end.
    mutating func next(into frame: borrowing Frame) throws(Failure) -> Bool {
        while true {
            frame.clear()
            let output: Output
            do throws(LibAVError) { output = try decoder.receive(into: frame) } catch {
                try tolerate(error)
                continue
            }
            switch output {
            case .ready
            where frame.pointer.pointee.nb_samples > 0
                && SoundReader.rates.contains(frame.pointer.pointee.sample_rate):
                blocksRead += 1
                try log.note(frame)
                return true
            case .ready:
                if frame.pointer.pointee.nb_samples > 0 {
                    try log.note(at: frame.statedTime, "an impossible rate")
                }
            case .ended: return false
            case .needsInput: try feed()
            }
        }
    }

    private mutating func feed() throws(Failure) {
        if !isDraining { isDraining = try !readPacket() }
        do throws(LibAVError) {
            if isDraining { try decoder.sendEnd() } else { try decoder.send(packet) }
        } catch { try tolerate(error) }
    }

    /// The next packet of the stream; false at the end, or where the file is too damaged to read on.
    private mutating func readPacket() throws(Failure) -> Bool {
        if speech?.advance(packet) == true { return true }
        while true {
            do throws(LibAVError) {
                guard try demuxer.read(into: packet) else { return false }
            } catch {
                try log.note(at: nil, error.text)
                return false
            }
            guard Int(packet.pointer.pointee.stream_index) == stream else { continue }
            clock.correct(packet)
            let value = packet.pointer.pointee
            if value.pts != reelmill_no_pts {
                let (end, overflow) = value.pts.addingReportingOverflow(max(value.duration, 0))
                if !overflow { endTicks = max(endTicks ?? end, end) }
            }
            speech?.start(packet)
            return true
        }
    }

    /// Counts damage; want of memory is no damage.
    private mutating func tolerate(_ error: LibAVError) throws(Failure) {
        if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
        let value = packet.pointer.pointee
        try log.note(at: value.pts != reelmill_no_pts ? value.pts : value.dts, error.text)
    }
}

extension Frame {
    /// The time that the source states for the first sample, in ticks of its stream.
    var statedTime: Int64? {
        let time = pointer.pointee.best_effort_timestamp
        return time == reelmill_no_pts ? nil : time
    }
}
