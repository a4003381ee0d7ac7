/// What an exhaustive check saw.
public struct ExhaustiveReport: Hashable, Sendable, Codable {
    /// Different states that were reached.
    public var states = 0
    /// Steps from one state to another, or to itself.
    public var transitions = 0
    /// Of the state that is farthest from the start, in steps.
    public var depth = 0
    /// States in which the job has ended, by how: `ready` or `failed`.
    public var endings: [String: Int] = [:]
    /// Whether every state within the bounds was reached.
    public var isComplete = false
    /// The first violation, found by the fewest steps; nil when everything holds.
    public var violation: ExhaustiveViolation?
}

/// What must always be true and was not, with the steps that lead there.
public struct ExhaustiveViolation: Hashable, Sendable, Codable {
    /// The invariant's number in the architecture page, such as `I3`.
    public var invariant: String
    public var message: String
    /// One line for each step, from the start.
    public var trace: [String]
}

extension ExhaustiveReport: CustomStringConvertible {
    public var description: String {
        let ends = endings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        var lines = [
            "\(states) states, \(transitions) transitions, depth \(depth)"
                + (isComplete ? "" : " (unfinished)") + "; the job has ended in "
                + (ends.isEmpty ? "none" : ends.joined(separator: ", "))
        ]
        if let violation {
            lines.append("violated \(violation.invariant): \(violation.message)")
            lines += violation.trace.enumerated().map { "  \($0.offset + 1). \($0.element)" }
        }
        return lines.joined(separator: "\n")
    }
}
