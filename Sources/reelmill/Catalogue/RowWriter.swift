import Foundation
import Ledger
import TranscodeModel

/// Prints rows one by one, so that no number of them is too many.
protocol RowWriter {
    func begin() throws
    func write(_ row: BackfillRow) throws
    func end() throws
}

struct TextRows: RowWriter {
    func begin() { Console.print("ROW  STATE  SOURCE  OUTPUT  REASON") }

    func write(_ row: BackfillRow) {
        let reason = [row.code.map { "[\($0)]" }, row.reason].compactMap { $0 }.joined(
            separator: " ")
        Console.print(
            [
                "\(row.position)", row.state.rawValue, row.input, row.output, reason,
            ].filter { !$0.isEmpty }.joined(separator: "  "))
    }

    func end() {}
}

/// RFC 4180, but with plain line feeds.
struct CSVRows: RowWriter {
    func begin() {
        Console.print(
            "row,input,output,profile,tenant,key,state,code,reason,sha256,job,metadata")
    }

    func write(_ row: BackfillRow) throws {
        let metadata = row.metadata.isEmpty ? "" : try JSONRows.text(row.metadata)
        let fields = [
            "\(row.position)", row.input, row.output, row.profileName, row.tenant.text,
            row.key ?? "", row.state.rawValue, row.code ?? "", row.reason ?? "",
            row.source?.hex ?? "", row.job?.text ?? "", metadata,
        ]
        Console.print(fields.map(Self.quoted).joined(separator: ","))
    }

    func end() {}

    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else {
            return field
        }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}

/// One document: the backfill and its rows, a row a line.
final class JSONRows: RowWriter {
    private let summary: BackfillSummary
    private var isFirst = true

    init(_ summary: BackfillSummary) { self.summary = summary }

    func begin() throws {
        Console.print("{\"schema\":1,\"backfill\":\(try Self.text(summary)),\"rows\":[")
    }

    func write(_ row: BackfillRow) throws {
        Console.print((isFirst ? "" : ",") + (try Self.text(ReportedRow(row))))
        isFirst = false
    }

    func end() { Console.print("]}") }

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A row as programs read it.
private struct ReportedRow: Encodable {
    var row: Int
    var input: String
    var output: String
    var profile: String
    var tenant: TenantID
    var key: String?
    var state: BackfillRow.State
    var code: String?
    var reason: String?
    var sha256: Digest?
    var job: JobID?
    var metadata: [String: String]?

    init(_ row: BackfillRow) {
        self.row = row.position
        input = row.input
        output = row.output
        profile = row.profileName
        tenant = row.tenant
        key = row.key
        state = row.state
        code = row.code
        reason = row.reason
        sha256 = row.source
        job = row.job
        metadata = row.metadata.isEmpty ? nil : row.metadata
    }
}
