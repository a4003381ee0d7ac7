import Foundation

/// One file under one profile.
struct Trial {
    let reelmill: String
    let source: SourceView
    let path: String
    let profile: String
    let workers: Int
    let folder: String

    func run() throws -> Row {
        let state = folder + "/state"
        let out = folder + "/out"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let ending = try Programs.run(
            reelmill,
            [
                "transcode", path, "--output", out, "--profile", profile, "--workers",
                String(workers), "--state", state, "--json",
            ], environment: ["REELMILL_LOG": "error"])
        var row = Row(
            file: (path as NSString).lastPathComponent, profile: profile, source: source,
            seconds: ending.seconds)
        row.isCrash = ending.isCrash
        guard ending.status == 0 else {
            row.outcome = "refused"
            row.code = Trial.code(in: ending.errors)
            row.note = Trial.reason(in: ending.errors)
            return row
        }
        row.outcome = "done"
        row.warnings = Trial.warnings(in: ending.errors)
        let verify = try Programs.run(reelmill, ["verify", out])
        row.isVerified = verify.status == 0
        try measure(out, &row)
        return row
    }

    /// The stable code that stands at the end of the last line.
    private static func code(in errors: String) -> String? {
        guard let line = errors.split(separator: "\n").last(where: { $0.hasSuffix("]") }),
            let start = line.lastIndex(of: "[")
        else { return nil }
        return String(line[line.index(after: start)...].dropLast())
    }

    /// What is said of the source: without the job's name, which is another each time, and the code.
    private static func reason(in errors: String) -> String {
        guard let line = errors.split(separator: "\n").last(where: { $0.hasPrefix("reelmill: ") })
        else { return "no reason was given" }
        let text = String(line.dropFirst(10)).replacing(#/^.*? \(unit \d+\): /#, with: "")
        return text.replacing(#/\ \[[a-z-]+\]$/#, with: "")
    }

    private static func warnings(in errors: String) -> [String] {
        errors.split(separator: "\n").filter { $0.hasPrefix("reelmill: warning: ") }
            .map { String($0.dropFirst(19)) }
    }

    private struct Receipt: Decodable {
        struct Plan: Decodable {
            struct Video: Decodable {
                struct Grid: Decodable { var frames: Int }
                struct Rendition: Decodable { var name: String }
                var grid: Grid
                var renditions: [Rendition]
            }
            struct Audio: Decodable { var name: String }
            var video: Video?
            var audio: [Audio]
        }
        struct File: Decodable { var path: String }
        var plan: Plan
        var files: [File]
    }

    private func measure(_ out: String, _ row: inout Row) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: out + "/receipt.json"))
        let receipt = try JSONDecoder().decode(Receipt.self, from: data)
        let paths = receipt.files.map(\.path)
        func track(_ names: [String?]) -> String? {
            names.compactMap { $0 }.first { paths.contains($0) }.map { out + "/" + $0 }
        }
        let plan = receipt.plan
        let pictures = track([
            plan.video?.renditions.first.map { "video/\($0.name).mp4" },
            plan.video == nil ? nil : "video.mp4",
        ])
        let sound = track([
            plan.audio.first.map { "audio/\($0.name).mp4" },
            plan.audio.isEmpty ? nil : "video.mp4", plan.audio.isEmpty ? nil : "audio.m4a",
        ])
        row.expectedFrames = plan.video?.grid.frames
        row.output = try OutputView.of(pictures: pictures, sound: sound)
    }
}
