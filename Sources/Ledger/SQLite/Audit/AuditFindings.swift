/// What an audit has found; of each kind only the first few are named.
struct AuditFindings {
    private(set) var found: [AuditFinding] = []
    private var counts: [String: Int] = [:]
    private static let namedMaximum = 100

    mutating func addBrokenLink(_ sequence: Int64) {
        add(
            "I10", "event \(sequence)",
            "the event, or the one before it, was changed after it was written")
    }

    mutating func add(_ invariant: String, _ subject: @autoclosure () -> String, _ message: String)
    {
        let kind = invariant + message
        let count = counts[kind, default: 0]
        counts[kind] = count + 1
        if count < Self.namedMaximum {
            found.append(AuditFinding(invariant, subject(), message))
        } else if count == Self.namedMaximum {
            found.append(AuditFinding(invariant, "more", message))
        }
    }
}
