import ArgumentParser
import Ledger
import TranscodeModel

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Wait until jobs have ended.",
        discussion: """
            EXAMPLES:
              reelmill wait j0123456789ab && echo published
            """)

    @Argument(help: "The jobs.")
    var jobs: [String]
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() async throws {
        let workplace = try state.workplace()
        let ids = try jobs.map { try workplace.job($0).id }
        let failed = try await JobWaiting(workplace: workplace).wait(for: ids)
        let reports = try ids.map { JobReport(try workplace.job($0.text)) }
        if format.json {
            try Console.printJSON("jobs", reports)
        } else {
            for report in reports { Console.print("\(report.id)\t\(report.state.rawValue)") }
        }
        if failed > 0 { throw (ids.count == 1 ? ExitStatus.jobFailed : .someFailed).code }
    }
}
