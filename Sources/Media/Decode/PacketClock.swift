import CLibAV
import TranscodeModel

/// Brings the times of a stream's packets onto the plan's timeline, in the order in which they are read.
struct PacketClock {
    private let splices: [TimeSplice]
    /// Of the last packet whose place was known.
    private var offset: Int64 = 0

    init(_ clock: SourceClock) { splices = clock.splices }

    mutating func correct(_ packet: borrowing Packet) {
        guard !splices.isEmpty else { return }
        let position = packet.pointer.pointee.pos
        if position >= 0 {
            offset = splices.last { $0.bytePosition <= position }?.offsetTicks ?? 0
        }
        packet.shift(by: offset)
    }
}

extension Packet {
    /// Moves both times; those that are unknown, or would not fit, are unknown afterwards.
    func shift(by offset: Int64) {
        func shifted(_ time: Int64) -> Int64 {
            guard time != reelmill_no_pts else { return time }
            let (sum, overflow) = time.addingReportingOverflow(offset)
            return overflow ? reelmill_no_pts : sum
        }
        pointer.pointee.pts = shifted(pointer.pointee.pts)
        pointer.pointee.dts = shifted(pointer.pointee.dts)
    }
}
