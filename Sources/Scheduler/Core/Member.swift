import Ledger
import TranscodeModel

/// A lease in the node's hands, from the moment that it is granted until the ledger has its end.
struct Member: Hashable {
    enum Phase: Hashable {
        case running
        /// Told to stop, to be handed back or because the lease is lost.
        case stopping(Cause)
        /// Its end is asked of the ledger, and asked again until there is an answer.
        case ending(LedgerOperation, note: NodeNote?)
    }

    enum Cause: Hashable {
        case handBack, fenced
        /// Another attempt at the unit is to end it sooner.
        case overtaken(reason: String)
    }

    var lease: Lease
    /// By the node's clock.
    var startedAt: Int64
    var phase = Phase.running
    /// When an end that was not answered is asked for again.
    var resendAt: Int64?

    /// Whether it holds a worker.
    var isRunning: Bool {
        if case .ending = phase { false } else { true }
    }
}
