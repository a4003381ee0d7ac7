import TranscodeModel

/// A catalogue under a name: what is asked of it, and how far it has come.
///
///     planned ──► running ──► done | stopped
///        │        ▲    │
///        └────► paused ◄┘
///
/// A listing fills a draft beside the rows that count, and takes their place in one step: so a listing that was
/// cut off changes nothing. Each listing is a pass, counted from 1.
public struct BackfillRecord: Hashable, Sendable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Listed, and not begun.
        case planned
        case running
        /// A person asked for it: nothing of it is leased until it is resumed.
        case paused
        /// The canary failed, or the budget for failures is spent.
        case stopped
        case done
    }

    public var name: String
    public var state: State
    /// For people: why it is in its state.
    public var reason: String?
    public var settings: BackfillSettings
    /// The pass whose rows count; 0 before the first listing is complete.
    public var pass: Int
    public var createdMilliseconds: Int64
    /// Of the newest change of its state.
    public var changedMilliseconds: Int64
    /// Counts the changes of its state, from 1.
    public var generation: Int

    public static let nameLengthMaximum = 64

    /// 1 to 64 letters, digits, `-`, `_` or `.`, as names of tenants have.
    public static func isName(_ text: String) -> Bool { TenantID(text) != nil }
}

/// What a backfill may take of the machines, and when it stops.
public struct BackfillSettings: Hashable, Sendable, Codable {
    /// Encodes that must all go well before any other is begun; 0 for none.
    public var canary = 0
    /// The largest share of a node's workers that its units may hold at once, above 0 and at most 1. One worker is
    /// always allowed.
    public var shareMaximum = 1.0
    /// Nothing is leased outside it; nil for always.
    public var window: DailyWindow?
    /// Of the rows, the part that may fail before it stops, 0 to 1; nil for all.
    public var failBudget: Double?
    /// Most encodes of one pass; nil for all.
    public var limit: Int?
    /// Among backfill jobs, -100 to 100.
    public var priority = 0
    /// Which rows are worth an encode.
    public var selection = BackfillSelection.all
    /// The directory above the outputs, or the list, that it was made for: another one of the same name is another
    /// catalogue.
    public var place = ""

    public init() {}
}

/// Which rows of a catalogue are worth an encode.
public enum BackfillSelection: String, Hashable, Sendable, Codable, CaseIterable {
    case all
    /// Those without an output.
    case missing
    /// Those whose source or profile is another than that of their output.
    case changed
    /// Those that failed before.
    case failed
}

/// Hours of each day, in the time zone of who reads the clock.
public struct DailyWindow: Hashable, Sendable, Codable {
    /// Minutes from midnight, 0 to 1439. The window is half open; it goes over midnight when it ends before it starts.
    public var start: Int
    public var end: Int

    public static let minutesOfDay = 1440

    /// Nil for what is no window: `start` equal to `end`, or a minute that no day has.
    public init?(start: Int, end: Int) {
        guard start != end, (0..<Self.minutesOfDay).contains(start),
            (0..<Self.minutesOfDay).contains(end)
        else { return nil }
        self.start = start
        self.end = end
    }

    /// - Parameter minute: of the day, 0 to 1439.
    /// - Returns: minutes until it closes; nil while it is closed.
    public func minutesLeft(at minute: Int) -> Int? {
        let length = (end - start + Self.minutesOfDay) % Self.minutesOfDay
        let elapsed = (minute - start + Self.minutesOfDay) % Self.minutesOfDay
        return elapsed < length ? length - elapsed : nil
    }

    /// Minutes until it opens; 0 while it is open.
    public func minutesUntilOpen(at minute: Int) -> Int {
        minutesLeft(at: minute) != nil
            ? 0 : (start - minute + Self.minutesOfDay) % Self.minutesOfDay
    }
}

/// A change of a backfill that takes effect in one transaction.
public struct BackfillChange: Hashable, Sendable {
    /// Only from one of these states: otherwise nothing is changed.
    public var from: Set<BackfillRecord.State>
    public var to: BackfillRecord.State
    public var reason: String?
    /// How long its jobs that have not ended may be leased from now on.
    public var hold: JobHold
    /// Nil leaves them as they are.
    public var settings: BackfillSettings?

    public init(
        from: Set<BackfillRecord.State>, to: BackfillRecord.State, reason: String?,
        hold: JobHold, settings: BackfillSettings? = nil
    ) {
        self.from = from
        self.to = to
        self.reason = reason
        self.hold = hold
        self.settings = settings
    }
}
