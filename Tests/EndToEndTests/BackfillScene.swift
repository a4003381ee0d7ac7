import Foundation
import Testing

/// A scene with a small catalogue, and a profile that is quick.
extension Scene {
    /// Two folders with three videos that can be used, one of them twice, and three files that cannot.
    func makeCatalogue() throws {
        try FileManager.default.createDirectory(
            atPath: path("catalogue/season"), withIntermediateDirectories: true)
        try makeClip("catalogue/a.mp4", seconds: 1)
        try makeClip("catalogue/season/b.mkv", seconds: 2)
        try makeClip("catalogue/season/c.mov", seconds: 3)
        try FileManager.default.copyItem(
            atPath: path("catalogue/a.mp4"), toPath: path("catalogue/season/twin.mp4"))
        let whole = try Data(contentsOf: URL(fileURLWithPath: path("catalogue/a.mp4")))
        // The index of an MP4 made like this stands at its end.
        try whole.prefix(whole.count / 2).write(
            to: URL(fileURLWithPath: path("catalogue/cut.mp4")))
        try write("words\n", to: "catalogue/bad.mp4")
        try write("words\n", to: "catalogue/readme.txt")
        _ = FileManager.default.createFile(atPath: path("catalogue/empty.mp4"), contents: nil)
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    func backfill(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Ending {
        try reelmill(["backfill"] + arguments, environment: environment)
    }

    /// The command of a backfill of the catalogue.
    func catalogueRun(_ more: String...) -> [String] {
        [
            "run", path("catalogue"), "-o", path("out"), "--profile", path("small.yaml"),
            "--workers", "2",
        ] + more
    }

    /// A line of a report: what became of a source.
    struct ReportedRow: Equatable {
        var input: String
        var state: String
        var code: String?
        var reason: String?
        var sha256: String?
        var job: String?

        /// Without what is another one in each ledger.
        var bare: ReportedRow {
            var row = self
            row.job = nil
            return row
        }

        var words: String { [state, code].compactMap { $0 }.joined(separator: " ") }
    }

    /// The report, its inputs and outputs named from the scene.
    func report(_ name: String = "out") throws -> [ReportedRow] {
        let ending = try backfill(["report", name, "--json"])
        try #require(ending.status == 0, "\(ending.errors)")
        let rows = try #require(try ending.json()["rows"] as? [[String: Any]])
        func short(_ value: Any?) -> String? {
            (value as? String)?.replacing(folder + "/", with: "")
        }
        return rows.map { row in
            ReportedRow(
                input: short(row["input"]) ?? "", state: row["state"] as? String ?? "",
                code: row["code"] as? String, reason: short(row["reason"]),
                sha256: row["sha256"] as? String, job: row["job"] as? String)
        }
    }

    /// State and code by the name of the source.
    func outcomes(_ name: String = "out") throws -> [String: String] {
        Dictionary(
            try report(name).map { (($0.input as NSString).lastPathComponent, $0.words) }
        ) { first, _ in first }
    }

    static let catalogueOutcomes = [
        "a.mp4": "done", "b.mkv": "done", "c.mov": "done", "twin.mp4": "skipped equal",
        "bad.mp4": "failed not-media", "cut.mp4": "failed truncated",
        "empty.mp4": "failed source-empty",
    ]
}
