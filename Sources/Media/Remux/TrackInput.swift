import CLibAV
import TranscodeModel

/// One finished CMAF track, read sample by sample.
///
/// libavformat does not pass on the durations that fragments state, so each is the distance to the next
/// sample. Where all samples of a track last equally long, so does the last; where they do not, its end
/// is given.
final class TrackInput {
    private let demuxer: Demuxer
    private let number: Int
    /// The sample that comes next, and the one after it.
    private let packet: Packet
    private let following: Packet
    private var hasFollowing = true
    /// The sum of the samples' durations, where they last unequally, and with it the end of the last.
    private let unequalTicks: Int64?
    private var endTicks: Int64?
    /// The decode time of the next sample in seconds, the edit list applied; nil after the last.
    private(set) var nextTime: Rational?
    /// How long each sample lasts, in ticks of the track.
    private(set) var sampleTicks: Int64 = 0
    private(set) var samplesRead = 0
    /// In ticks of the track.
    private(set) var durationTicks: Int64 = 0

    /// `number` counts from 1, for messages only.
    init(descriptor: Int32, number: Int, unequalTicks: Int64? = nil) throws(Failure) {
        self.number = number
        self.unequalTicks = unequalTicks
        packet = try Packet.allocate()
        following = try Packet.allocate()
        demuxer = try Demuxer.open(
            descriptor: descriptor, name: "Track \(number)", streamsMaximum: 1)
        guard demuxer.streamCount == 1 else {
            throw TrackInput.invalid(number, "has \(demuxer.streamCount) streams and not one")
        }
        try demuxer.findStreamParameters(name: "Track \(number)")
        try readFollowing()
        try advance()
    }

    var stream: UnsafeMutablePointer<AVStream> { demuxer.stream(0) }

    var kind: AVMediaType { stream.pointee.codecpar.pointee.codec_type }

    /// Calls `body` with the next sample, which it may change, and moves on.
    func take(_ body: (borrowing Packet) throws(Failure) -> Void) throws(Failure) {
        precondition(nextTime != nil)
        samplesRead += 1
        durationTicks += packet.pointer.pointee.duration
        try body(packet)
        try advance()
    }

    /// Makes the following sample the next one.
    private func advance() throws(Failure) {
        guard hasFollowing else {
            nextTime = nil
            return
        }
        packet.clear()
        av_packet_move_ref(packet.pointer, following.pointer)
        try readFollowing()
        let ticks = packet.pointer.pointee.dts
        if samplesRead == 0, let unequalTicks { endTicks = ticks + unequalTicks }
        if hasFollowing {
            sampleTicks = following.pointer.pointee.dts - ticks
        } else if let endTicks {
            sampleTicks = endTicks - ticks
        } else if sampleTicks == 0 {
            // The only sample of its track.
            sampleTicks = packet.pointer.pointee.duration
        }
        let base = stream.pointee.time_base
        guard sampleTicks > 0, let time = Rational(exactly: ticks, Int64(base.den)) else {
            throw TrackInput.invalid(number, "has samples out of order")
        }
        packet.pointer.pointee.duration = sampleTicks
        nextTime = time * Rational(Int64(base.num))
    }

    private func readFollowing() throws(Failure) {
        do throws(LibAVError) { hasFollowing = try demuxer.read(into: following) } catch {
            throw TrackInput.invalid(number, "cannot be read: \(error.text)")
        }
        guard hasFollowing else { return }
        let value = following.pointer.pointee
        guard value.dts != reelmill_no_pts, value.pts != reelmill_no_pts else {
            throw TrackInput.invalid(number, "has a sample without times")
        }
    }

    private static func invalid(_ number: Int, _ reason: String) -> Failure {
        Failure(
            .permanent, .outputInvalid,
            "Track \(number) \(reason). Retry the job, so that it is made again.")
    }
}
