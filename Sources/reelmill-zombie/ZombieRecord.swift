/// What the zombie test saw of one engine; `scripts/zombie/record.py` has the same form.
struct ZombieRecord: Hashable, Codable {
    var engine: String
    var store: String
    /// The fencing token, or that there is none.
    var token: String
    /// How a lease ends that its owner does not end.
    var expiry: String
    var histories: [ZombieHistory]
}

/// One order of the four steps, and what came of it.
struct ZombieHistory: Hashable, Codable {
    enum Order: String, Codable {
        /// Lease A, expiry, lease B, A completes, B completes.
        case reclaimed
        /// Lease A, expiry, A completes, lease B, B completes.
        case expired
    }

    enum Verdict: String, Codable {
        case accepted, refused
        /// The step never came: B was given nothing.
        case absent
    }

    var order: Order
    var isGivenToB: Bool
    var lateCompletion: Verdict
    /// What was returned to A, or raised.
    var answerToA: String
    var isAToldOfLoss: Bool
    /// The job's state after A's completion and before B's.
    var stateAfterA: String
    var completionOfB: Verdict
    var answerToB: String
    /// Whose result there is in the end.
    var recorded: Recorded
    /// True when A's completion changed nothing for B.
    var isBUndisturbed: Bool
}

enum Recorded: String, Codable {
    case a = "A"
    case b = "B"
    case none
}
