import ArgumentParser
import Ledger
import TranscodeModel

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the ledger against its invariants, and the store against the ledger.",
        discussion: """
            Recomputes the hash chain of all events, holds every row against its history, and looks for \
            every artifact that the ledger knows. Each finding names the invariant (see the architecture \
            page), the place and what is wrong.

            Orphans are what killed attempts left in the store: harmless, and no fault unless --strict.

            --export prints the head of the history as JSON. Keep it elsewhere; --against tells later \
            whether the history up to it is still the same.

            EXAMPLES:
              reelmill audit
              reelmill audit --deep --json
              reelmill audit --export > head.json
              reelmill audit --against head.json
            """)

    @Flag(
        name: [.customLong("deep"), .customLong("bytes")],
        help: "Hash every artifact as well, and check every output that is in its place.")
    var isDeep = false
    @Flag(help: "Count orphans as faults.")
    var strict = false
    @Flag(help: "Remove orphans. Refused while units are leased.")
    var removeOrphans = false
    @Flag(help: "Print the head of the history as JSON, and nothing else.")
    var export = false
    @Option(help: ArgumentHelp("A head that was exported.", valueName: "file"), completion: .file())
    var against: String?
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    private struct Report: Encodable {
        var ledger: AuditReport
        var store: StoreAudit.Report
        var findings: [AuditFinding]
    }

    func run() throws {
        let workplace = try state.workplace()
        let head = try against.map { try AuditHead.read($0) }
        let ledger = try workplace.ledger.audit()
        let audit = StoreAudit(workplace: workplace, isDeep: isDeep)
        let store = try audit.report()
        var findings = ledger.findings + store.findings
        if let fault = try head?.fault(in: workplace.ledger) { findings.append(fault) }
        if strict { findings += store.orphans.map(Self.finding) }
        if removeOrphans {
            guard !store.isBusy else {
                throw CommandFault(
                    .usage,
                    "--remove-orphans: units are leased, and what they make looks like an orphan until it is "
                        + "committed; wait for them, or stop the nodes")
            }
            try audit.remove(store.orphans)
        }
        if export {
            guard let head = AuditHead(ledger, findings: findings.count) else {
                throw CommandFault(.faultFound, "the ledger has no head to export")
            }
            try Console.printJSON("head", head)
        } else if format.json {
            try Console.printJSON(
                "audit", Report(ledger: ledger, store: store, findings: findings))
        } else {
            show(ledger, store, findings)
        }
        if !findings.isEmpty { throw ExitStatus.faultFound.code }
    }

    private static func finding(_ orphan: StoreAudit.Orphan) -> AuditFinding {
        AuditFinding(
            "I2", "\(orphan.kind.rawValue) \(orphan.name)",
            "it is in the store of tenant \(orphan.tenant), but no completion names it")
    }

    private func show(
        _ ledger: AuditReport, _ store: StoreAudit.Report, _ findings: [AuditFinding]
    ) {
        Console.print(
            "\(ledger.jobs) jobs, \(ledger.units) units, \(ledger.completions) completions, "
                + "\(store.artifacts) artifacts"
                + (isDeep ? " (every byte hashed), \(store.outputs) outputs" : "")
                + ", \(ledger.events) events; head \(ledger.head?.hex ?? "none")")
        for finding in findings {
            Console.print("\(finding.invariant)  \(finding.subject): \(finding.message)")
        }
        if !store.orphans.isEmpty {
            Console.print(
                "\(store.orphans.count) orphans that killed attempts left in the store, needed by nothing"
                    + (removeOrphans ? ": removed" : "; --remove-orphans removes them"))
        }
        Console.print(
            findings.isEmpty ? "all invariants hold" : "\(findings.count) findings")
    }
}
