/// What must always be true and was not.
struct BrokenRule: Error, Hashable, Sendable {
    var invariant: String
    var message: String

    init(_ invariant: String, _ message: String) {
        self.invariant = invariant
        self.message = message
    }
}

func require(
    _ holds: Bool, _ invariant: String, _ message: @autoclosure () -> String
) throws(BrokenRule) {
    if !holds { throw BrokenRule(invariant, message()) }
}
