import ArgumentParser
import Ledger

struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Transcode a catalogue: all that is not done yet, at low priority.",
        discussion: """
            A backfill has a name, by default that of OUT, and a row for each source. One bad file never stops the \
            others. A row is known by the bytes of its source and by its profile: given again, the same command does \
            nothing where the output is there and sound, goes on where it was stopped or killed, and encodes again what \
            has changed. Live uploads go first.

            EXAMPLES:
              reelmill backfill plan /srv/catalogue -o out --profile web
              reelmill backfill run /srv/catalogue -o out --profile web --canary 5 --max-share 60%
              reelmill backfill status
              reelmill backfill report out --csv
            """,
        subcommands: [
            BackfillPlan.self, BackfillRun.self, BackfillStatus.self, BackfillPause.self,
            BackfillResume.self, BackfillRetry.self, BackfillReport.self,
        ], defaultSubcommand: BackfillRun.self)
}

extension Workplace {
    /// A backfill by its name, or a fault that says how to find it.
    func backfill(_ name: String) throws -> BackfillRecord {
        guard let record = try ledger.backfill(name) else {
            throw CommandFault(
                .usage,
                "\(name): there is no such backfill in \(settings.stateDirectory). `reelmill backfill "
                    + "status` shows those that there are; --state chooses another ledger.")
        }
        return record
    }
}
