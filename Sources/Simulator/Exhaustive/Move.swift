import Ledger
import TranscodeModel

/// One step that the small world can take.
enum Move: Hashable, Sendable {
    /// The ledger performs the next thing that a node has asked. `knowsDeaths`: a survey tells of crashed nodes.
    case perform(seat: Int, knowsDeaths: Bool)
    /// The next answer reaches the node.
    case deliver(seat: Int)
    /// A running attempt ends.
    case finish(seat: Int, LeaseToken, SeatAttemptEnd)
    /// A node looks what is due.
    case tick(seat: Int)
    /// Time passes.
    case pass
    /// Time passes while every node stands still: a lease that is in good hands runs out. A fault.
    case pause
    /// The answer to what a node asked next is lost, after or before it took effect. A fault.
    case lose(seat: Int, tookEffect: Bool)
    /// A node is gone between two of its effects, and another one starts. A fault.
    case crash(seat: Int)

    var isFault: Bool {
        switch self {
        case .pause, .lose, .crash: true
        case .finish(_, _, let end): end.isFault
        case .perform, .deliver, .tick, .pass: false
        }
    }
}

/// How a running attempt ends.
enum SeatAttemptEnd: Hashable, Sendable, CaseIterable {
    case made, stopped, crashed, transient, permanent

    var isFault: Bool { self == .crashed || self == .transient || self == .permanent }
}
