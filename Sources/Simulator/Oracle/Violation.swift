/// Something that must always be true was not.
public struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
    /// The invariant's number in the architecture page, or `model` where the ledger and the reference model
    /// disagree, or `end` where a job did not end.
    public var invariant: String
    public var message: String
    /// In the world's time.
    public var atMilliseconds: Int64 = 0

    init(_ invariant: String, _ message: String) {
        self.invariant = invariant
        self.message = message
    }

    public var description: String { "\(invariant) at \(seconds(atMilliseconds)): \(message)" }
}
