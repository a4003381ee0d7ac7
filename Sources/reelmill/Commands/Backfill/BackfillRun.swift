import ArgumentParser
import Foundation
import Ledger
import Node
import TranscodeModel

struct BackfillRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take a backfill through its rows until all have ended.",
        discussion: """
            With -o OUT or --from, the sources are listed first, and the name is that of OUT. With a NAME alone, a \
            backfill that was planned, stopped, or killed goes on. Each video's output is OUT/NAME, with the folders \
            below a given directory kept.

            This process makes the jobs, and is a node as well; --no-node leaves the work to other nodes. Kill it at any \
            moment: the same command goes on. Exit code 0: all rows are done or skipped; 3: some failed, or it \
            stopped; 1: all failed.

            EXAMPLES:
              reelmill backfill run /srv/catalogue -o out --profile web
              reelmill backfill run '/srv/2024-*.mov' -o out --window 22:00-06:00 --max-share 60%
              find /srv -name '*.mov' | reelmill backfill run --from - -o out --fail-budget 2%
              reelmill backfill run out --no-node
            """)

    @OptionGroup var catalogue: CatalogueOptions
    @OptionGroup var limits: BackfillLimits
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var log: LogOption
    @Flag(help: "Only make the jobs, and leave the work to running nodes.")
    var noNode = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    /// Whether one argument is the name of a backfill.
    private var namesBackfill: Bool {
        catalogue.output == nil && catalogue.from == nil && catalogue.sources.count == 1
    }

    func validate() throws {
        guard catalogue.namesSources else {
            throw ValidationError("name at least one source, or a list with --from, or a backfill")
        }
        guard namesBackfill || catalogue.output != nil || catalogue.from != nil else {
            throw ValidationError("say where the outputs go with -o OUT")
        }
    }

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, profile: catalogue.profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox, logFormat: log.logFormat)
        Console.logFormat = settings.logFormat
        let workplace = try Workplace.open(settings)
        let record = try begin(workplace, settings)
        let session = BackfillSession(
            workplace: workplace, record: record, workers: settings.workers, isNode: !noNode)
        let ending = try await session.run()
        try report(record.name, workplace, ending)
    }

    /// The backfill, running, with what was asked for.
    private func begin(_ workplace: Workplace, _ settings: Settings) throws -> BackfillRecord {
        let name = namesBackfill ? catalogue.sources[0] : try catalogue.backfillName()
        var record =
            namesBackfill ? try workplace.backfill(name) : try workplace.ledger.backfill(name)
        // A whole command says all that it wants; a name alone means what was said before.
        let known = namesBackfill ? record?.settings : nil
        var asked = limits.settings(over: known ?? BackfillSettings())
        if namesBackfill {
            guard record?.pass ?? 0 > 0 else {
                throw CommandFault(
                    .usage,
                    "\(name): its sources were never listed to the end. Give the whole command again, with "
                        + "its sources.")
            }
        } else {
            try catalogue.requireSamePlace(record)
            asked.place = catalogue.place
        }
        guard record?.state != .paused else {
            throw CommandFault(
                .usage,
                "\(name): the backfill is paused. `reelmill backfill resume \(name)` lets it go on."
            )
        }
        if namesBackfill, let record, record.state == .running, asked != record.settings {
            throw CommandFault(
                .usage,
                "\(name): the backfill is running. `reelmill backfill pause \(name)`, and then `reelmill "
                    + "backfill resume \(name)` with the new limits.")
        }
        if !namesBackfill {
            record = try CatalogueDraft(
                ledger: workplace.ledger, name: name, listing: try catalogue.listing(),
                output: catalogue.output, profile: try ProfileLoading.load(settings.profile),
                settings: asked
            ).list()
        }
        // One that is said to be running was killed, or runs elsewhere: then both do the same rows, each once.
        _ = try workplace.ledger.changeBackfill(
            name,
            BackfillChange(
                from: [.planned, .stopped, .done], to: .running, reason: nil,
                hold: asked.hold(workplace.ledger), settings: asked))
        return try workplace.backfill(name)
    }

    private func report(
        _ name: String, _ workplace: Workplace, _ ending: BackfillSession.Ending
    ) throws {
        let record = try workplace.backfill(name)
        let counts = try workplace.ledger.rowCounts(of: name)
        let summary = BackfillSummary(record, counts)
        if format.json {
            try Console.printJSON("backfill", summary)
        } else {
            try BackfillSummary.printFailures(name, workplace.ledger)
            Console.print(name + ": " + BackfillText.counts(counts))
        }
        switch ending {
        case .signal(let status): throw status.code
        case .conducted(.replaced):
            throw CommandFault(
                .usage, "\(name): another listing of this backfill has taken over; it goes on there"
            )
        case .conducted(.stopped(let reason)):
            Console.note(
                "reelmill: \(name): stopped: \(reason). `reelmill backfill report \(name)` shows the rows; "
                    + "`reelmill backfill retry \(name)` asks for those that failed again.")
            throw ExitStatus.someFailed.code
        case .conducted(.done):
            if counts.due > 0 {
                Console.note(
                    "reelmill: \(name): \(counts.due) rows are left; `reelmill backfill run \(name)` goes on "
                        + "with them.")
            }
            let failed = counts[.failed] + counts[.quarantined]
            if failed > 0 {
                throw (failed == counts.total ? ExitStatus.jobFailed : .someFailed).code
            }
        }
    }
}
