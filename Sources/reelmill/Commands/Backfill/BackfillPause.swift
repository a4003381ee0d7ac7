import ArgumentParser
import Ledger

struct BackfillPause: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Lease nothing more of a backfill until it is resumed.",
        discussion: """
            Tasks that are under way end; the rest waits, on all nodes.

            EXAMPLES:
              reelmill backfill pause out
            """)

    @Argument(help: "A backfill.")
    var name: String
    @OptionGroup var state: StateOption

    func run() throws {
        let workplace = try state.workplace()
        let record = try workplace.backfill(name)
        if record.state == .paused { return Console.print("\(name): it is paused already") }
        let paused = try workplace.ledger.changeBackfill(
            name,
            BackfillChange(
                from: [.planned, .running], to: .paused, reason: "paused by a person", hold: .now))
        guard paused else {
            throw CommandFault(
                .usage, "\(name): it is \(record.state.rawValue), so there is nothing to pause")
        }
        Console.print("\(name): paused")
    }
}

struct BackfillResume: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a backfill go on that was paused, or that stopped.",
        discussion: """
            A process that runs it goes on by itself; otherwise `reelmill backfill run NAME` does. What made it stop no \
            longer does: after a canary that failed the rest is encoded too, and a budget that is spent is lifted, \
            unless a new one is given.

            EXAMPLES:
              reelmill backfill resume out
              reelmill backfill resume out --fail-budget 10%
            """)

    @Argument(help: "A backfill.")
    var name: String
    @OptionGroup var limits: BackfillLimits
    @OptionGroup var state: StateOption

    func run() throws {
        let workplace = try state.workplace()
        let record = try workplace.backfill(name)
        var known = record.settings
        if record.state == .stopped { (known.canary, known.failBudget) = (0, nil) }
        let settings = limits.settings(over: known)
        // One that was paused before it was begun is not running afterwards.
        let counts = try workplace.ledger.rowCounts(of: name)
        let resumed = try workplace.ledger.changeBackfill(
            name,
            BackfillChange(
                from: [.paused, .stopped], to: counts.due < counts.total ? .running : .planned,
                reason: nil, hold: settings.hold(workplace.ledger), settings: settings))
        guard resumed else {
            throw CommandFault(
                .usage, "\(name): it is \(record.state.rawValue), so there is nothing to resume")
        }
        Console.print(
            "\(name): resumed; where no process runs it any more, `reelmill backfill run \(name)` does"
        )
    }
}

extension BackfillSettings {
    /// How its jobs are held at this moment: outside its window altogether, within it from its end on.
    func hold(_ ledger: any BackfillLedger) -> JobHold {
        guard let window else { return .none }
        guard let left = window.minutesLeft(at: LocalMinute.now()) else { return .now }
        return .from(milliseconds: ledger.nowMilliseconds + Int64(left) * 60_000)
    }
}
