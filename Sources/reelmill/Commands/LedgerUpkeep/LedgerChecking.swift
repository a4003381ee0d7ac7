import ArgumentParser
import Ledger
import TranscodeModel

struct LedgerChecking: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the ledger's file: schema, settings, pages, references, rows and history.",
        discussion: """
            Reads all of it, in one snapshot, while nodes may go on working, and changes nothing. `reelmill audit` \
            looks at the store as well.

            EXIT CODES:
              0    nothing is wrong
              2    the ledger is of a version that this one does not know
              4    the ledger cannot be reached
              5    something is wrong

            EXAMPLES:
              reelmill ledger check
              reelmill ledger check --json
            """)

    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let settings = try Settings.resolve(state: state.state)
        let check: LedgerCheck
        do {
            check = try UpkeepFault.named { try SQLiteLedger.check(at: settings.ledgerPath) }
        } catch let failure as LedgerFailure where failure.code == .corrupt {
            throw CommandFault(.faultFound, failure.message)
        }
        if format.json { try Console.printJSON("check", check) } else { show(check) }
        if !check.faults.isEmpty { throw ExitStatus.faultFound.code }
    }

    private func show(_ check: LedgerCheck) {
        let isCurrent = check.schema == SQLiteLedger.schemaVersion
        let settings = check.settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        Console.print(
            """
            ledger    \(check.path)
            schema    \(check.schema)\(isCurrent ? "" : " (run `reelmill ledger migrate`)")
            settings  \(settings.joined(separator: ", "))
            size      \(Quantity.bytes(check.bytes)), \(Quantity.bytes(check.freeBytes)) of it free; log \
            \(Quantity.bytes(check.logBytes))
            """)
        if let audit = check.audit {
            Console.print(
                "history   \(audit.events) events, head \(audit.head?.hex ?? "none")")
        }
        Console.print("")
        var table = TextTable(header: ["TABLE", "ROWS"], rightAligned: [1])
        for (name, rows) in check.rows.sorted(by: { $0.key < $1.key }) {
            table.add([name, "\(rows)"])
        }
        Console.print(table.text)
        Console.print("")
        for fault in check.faults { Console.print(fault) }
        Console.print(
            check.faults.isEmpty ? "nothing is wrong" : "\(check.faults.count) faults")
    }
}
