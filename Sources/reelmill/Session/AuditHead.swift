import Foundation
import Ledger
import TranscodeModel

/// The end of a ledger's history at one moment, to be kept elsewhere: a ledger that was rewritten since does not have
/// this event with this hash any more.
struct AuditHead: Codable {
    /// Of the newest event; 0 when there is none.
    var sequence: Int64
    /// SHA-256 over that event and, by the chain, all before it.
    var hash: Digest
    var jobs: Int
    var units: Int
    var completions: Int
    /// When it was exported, in milliseconds since 1970.
    var exportedMilliseconds: Int64
    /// How many findings the audit had: a head with findings is exported all the same, and says so.
    var findings: Int

    init?(_ report: AuditReport, findings: Int) {
        guard let head = report.head else { return nil }
        sequence = Int64(report.events)
        hash = head
        jobs = report.jobs
        units = report.units
        completions = report.completions
        exportedMilliseconds = LedgerClock.system.milliseconds
        self.findings = findings
    }

    private struct Document: Decodable { var head: AuditHead }

    static func read(_ path: String) throws -> AuditHead {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFault(.usage, "\(path): cannot read the head; check the path")
        }
        do { return try JSONDecoder().decode(Document.self, from: data).head } catch {
            throw CommandFault(
                .usage, "\(path): this is not what `reelmill audit --export` prints (\(error))")
        }
    }

    /// Why the ledger's history does not contain this head; nil when it does.
    func fault(in ledger: any Ledger) throws -> AuditFinding? {
        guard sequence > 0 else { return nil }
        let event = try ledger.events(ofJob: nil, after: sequence - 1, limit: 1).first
        guard let event, event.sequence == sequence else {
            return AuditFinding(
                "I10", "event \(sequence)",
                "the exported head is not in the history any more: events were removed")
        }
        guard event.hash == hash else {
            return AuditFinding(
                "I10", "event \(sequence)",
                "the history is not the one that was exported: it was rewritten up to this event")
        }
        return nil
    }
}
