import CLibAV
import TranscodeModel

/// Finds out whether a track's packets can stand in an output as they are.
struct CodedSoundSurvey {
    private var reader: AACPackets
    private let timeBase: AVRational
    private var startTicks: Int64?
    private var packets = 0
    private var byteCount: Int64 = 0
    private var isPlain = true

    /// Nil for codecs of which nothing is copied.
    init?(_ stream: UnsafeMutablePointer<AVStream>) {
        guard let reader = AACPackets(stream) else { return nil }
        self.reader = reader
        timeBase = stream.pointee.time_base
    }

    /// Takes in the next packet, those included that are not to be heard.
    mutating func take(_ packet: borrowing Packet) {
        guard isPlain else { return }
        let value = packet.pointer.pointee
        guard let header = reader.headerLength(packet), value.pts != reelmill_no_pts,
            value.flags & AV_PKT_FLAG_CORRUPT == 0, isOnTime(value.pts)
        else {
            isPlain = false
            return
        }
        packets += 1
        byteCount += Int64(value.size) - Int64(header)
    }

    /// Whether a packet follows the others without a gap, as far as its clock can tell.
    private mutating func isOnTime(_ time: Int64) -> Bool {
        guard let start = startTicks else {
            startTicks = time
            return true
        }
        guard let rate = reader.form?.sampleRate else { return false }
        let (passed, overflow) = time.subtractingReportingOverflow(start)
        guard !overflow else { return false }
        let unit = Int128(timeBase.num) * Int128(rate)
        let due = Int128(packets) * Int128(CodedSound.frameSamples) * Int128(timeBase.den)
        // The rounding of two times, and two samples.
        return (Int128(passed) * unit - due).magnitude
            <= (2 * unit + 2 * Int128(timeBase.den)).magnitude
    }

    /// Nil unless what was decoded of the track is what its packets say.
    func result(_ first: StreamTrial.FirstFrame) -> CodedSound? {
        guard isPlain, packets > 0, let startTicks, let form = reader.form,
            first.sampleRate == form.sampleRate, first.channels == form.channels,
            // Players drop a part of the first codec frame, of HE-AAC twice as much comes out.
            (1...CodedSound.frameSamples).contains(first.samples)
        else { return nil }
        return CodedSound(startTicks: startTicks, packets: packets, byteCount: byteCount)
    }
}
