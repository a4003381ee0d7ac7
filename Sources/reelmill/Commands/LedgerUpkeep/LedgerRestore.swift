import ArgumentParser
import Ledger

struct LedgerRestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the ledger's place; the ledger that is there is set aside.",
        discussion: """
            The file must be a sound ledger of this or an older released version. It is refused while a node is \
            alive, or any other process has the ledger open. The ledger that was there keeps its bytes under another \
            name, which is printed; what happened after the backup is in that one alone, so jobs that were enqueued \
            since are unknown, and units that were done since are done again.

            EXIT CODES:
              0    restored
              2    the file is not there or no ledger, or of a version that cannot be used
              4    a node is alive, the ledger is in use, the backup is not sound, or the disk failed

            EXAMPLES:
              reelmill ledger restore ledger.backup
              reelmill ledger restore ledger.backup --dead n2k8v1x
            """)

    @Argument(help: "The backup.", completion: .file())
    var file: String
    @OptionGroup var nodes: DeadNodesOption
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let settings = try Settings.resolve(state: state.state)
        let report = try UpkeepFault.named {
            try SQLiteLedger.restore(
                from: absolute(file), at: settings.ledgerPath, isDead: nodes.obituary)
        }
        if format.json { return try Console.printJSON("restore", report) }
        Console.print("\(settings.ledgerPath): \(report.ledger.text)")
        if let aside = report.setAside { Console.print("set aside as \(aside)") }
        for log in report.logsSetAside {
            Console.print("a log of a ledger that was there before is kept as \(log)")
        }
        if let events = report.eventsAhead, let jobs = report.jobsAhead {
            Console.print(
                "it was ahead of the backup by \(events) events and \(jobs) jobs, which the ledger in place does "
                    + "not know")
        } else if report.setAside != nil {
            Console.print(
                report.before == nil
                    ? "it is damaged, so nobody can say what is lost"
                    : "the backup is not of its history, so nobody can say what is lost")
        }
        if report.ledger.schema < SQLiteLedger.schemaVersion {
            Console.note(
                "reelmill: the restored ledger has schema \(report.ledger.schema): run `reelmill ledger migrate`"
            )
        }
    }
}
