package import TranscodeModel

/// The small world of an exhaustive check: how much of it there is, and how much may go wrong.
public struct ExhaustiveConfiguration: Hashable, Sendable {
    /// At least 1. A node that crashes is replaced by a new one.
    public var nodes = 2
    /// Units at a time on each node.
    public var workers = 1
    /// Encode units of the one job; a stitch waits for all of them, and the publish for the stitch.
    public var encodes = 2
    /// Most attempts of a unit.
    public var attemptsMaximum = 3
    /// Most faults in one history, of any kinds, at any places. With 1 the search takes about a minute in a release
    /// build; with 2 it takes hours.
    public var faultsMaximum = 1
    /// A node looks what is due while fewer requests of it than this wait for an answer.
    public var waitingMaximum = 1
    /// Whether stragglers get a second lease.
    public var hedges = false
    /// Whether, of two leases of a unit, the older one is always seen to be overtaken.
    public var overtakes = false
    /// The search ends unfinished at so many states.
    public var statesMaximum = 20_000_000
    package var plantedBug: PlantedBug?

    public init() {}
}
