import ArgumentParser
import Ledger
import Node
import TranscodeModel

struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel jobs: what runs is stopped, and nothing is published.",
        discussion: """
            EXAMPLES:
              reelmill cancel j0123456789ab
            """)

    @Argument(help: "The jobs.")
    var jobs: [String]
    @Option(help: "Why; kept in the job's history.")
    var reason = "cancelled by a person"
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let workplace = try state.workplace()
        let ids = try jobs.map { try workplace.job($0).id }
        var refused = 0
        for id in ids where try !workplace.ledger.cancel(id, reason: reason) {
            refused += 1
            let record = try workplace.job(id.text)
            Console.note("reelmill: job \(id) had ended already: \(record.state.rawValue)")
        }
        // What one of them had made playable.
        do { try EarlyRemoval(ledger: workplace.ledger, store: workplace.store).run() } catch {
            Console.note("reelmill: \(error); the next node tries again")
        }
        let reports = try ids.map { JobReport(try workplace.job($0.text)) }
        if format.json {
            try Console.printJSON("jobs", reports)
        } else {
            for report in reports { Console.print("\(report.id)\t\(report.state.rawValue)") }
        }
        if refused > 0 { throw (ids.count == 1 ? ExitStatus.jobFailed : .someFailed).code }
    }
}
