import ArgumentParser
import Ledger
import TranscodeModel

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the ledger against its invariants, and the store against the ledger.",
        discussion: """
            Recomputes the hash chain of all events and looks for every artifact that the ledger \
            knows. --bytes reads each of them too.

            EXAMPLES:
              reelmill audit
              reelmill audit --bytes --json
            """)

    @Flag(help: "Hash every artifact as well.")
    var bytes = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let workplace = try state.workplace()
        var report = try workplace.ledger.audit()
        report.findings += try StoreAudit(workplace: workplace, readsBytes: bytes).findings()
        if format.json {
            try Console.printJSON("audit", report)
        } else {
            Console.print(
                "\(report.jobs) jobs, \(report.units) units, \(report.completions) artifacts, "
                    + "\(report.events) events; head \(report.head?.hex ?? "none")")
            for finding in report.findings {
                Console.print("\(finding.invariant)  \(finding.subject): \(finding.message)")
            }
            Console.print(
                report.findings.isEmpty
                    ? "all invariants hold" : "\(report.findings.count) findings")
        }
        if !report.findings.isEmpty { throw ExitStatus.faultFound.code }
    }
}
