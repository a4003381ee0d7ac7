import ArgumentParser
import Ledger
import TranscodeModel

struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try failed or cancelled jobs again.",
        discussion: """
            A job that has ended stays as it is; a new one is made with the same source, profile and \
            output. What the old one had finished is not done again.

            EXAMPLES:
              reelmill retry j0123456789ab && reelmill run --until-idle
            """)

    @Argument(help: "The jobs.")
    var jobs: [String]
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    private struct Line: Encodable {
        var job: JobID
        var retriedAs: JobID
        var outcome: String
    }

    func run() throws {
        let workplace = try state.workplace()
        let records = try jobs.map { try workplace.job($0) }
        for record in records where record.state != .failed && record.state != .cancelled {
            throw CommandFault(
                .usage,
                "job \(record.id) is \(record.state.rawValue); only failed and cancelled jobs can "
                    + "be retried")
        }
        let lines = try records.map { record in
            let outcome = try Enlistment.again(record, workplace)
            return Line(job: record.id, retriedAs: outcome.job, outcome: outcome.word)
        }
        if format.json { return try Console.printJSON("jobs", lines) }
        for line in lines { Console.print("\(line.job)\t\(line.retriedAs)\t\(line.outcome)") }
    }
}
