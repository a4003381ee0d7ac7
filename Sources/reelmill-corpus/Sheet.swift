import Foundation

/// What came of one file under one profile.
struct Row {
    var file: String
    var profile: String
    var source: SourceView
    var seconds: Double
    var outcome = ""
    var code: String?
    var note = ""
    var isCrash = false
    var isVerified = true
    var expectedFrames: Int?
    var output = OutputView()
    var warnings: [String] = []

    /// Seconds by which sound starts, or ends, after the pictures; nil without both.
    var offsets: (start: Double, end: Double)? {
        guard let video = output.video, let sound = output.sound else { return nil }
        return (sound.lowerBound - video.lowerBound, sound.upperBound - video.upperBound)
    }

    /// An output that is not as planned, or an end without a reason.
    var isWrong: Bool {
        if isCrash || !isVerified { return true }
        guard outcome == "done" else { return code == nil }
        return output.frames != expectedFrames
    }

    /// For people who wait.
    var line: String {
        "\(isWrong ? "WRONG " : "")\(file) \(profile): \(outcome) \(code ?? "") "
            + "\(Row.number(output.frames))/\(Row.number(expectedFrames)) frames, "
            + "\(Row.decimal(seconds, 1)) s"
    }

    var cells: [String] {
        [
            file, profile, isWrong ? "WRONG: \(outcome)" : outcome, code ?? "",
            source.isRefused ? "refuses" : Row.number(source.frames), Row.number(expectedFrames),
            Row.number(output.frames), Row.signed(offsets?.start), Row.signed(offsets?.end),
            (warnings + (outcome == "done" || note.isEmpty ? [] : [note])).joined(separator: " · ")
                .replacingOccurrences(of: "|", with: "/"),
            Row.decimal(seconds, 1),
        ]
    }

    static func number(_ value: Int?) -> String { value.map(String.init) ?? "" }
    static func decimal(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }
    static func signed(_ value: Double?) -> String {
        value.map { String(format: "%+.3f", $0) } ?? ""
    }
}

/// The table of all rows, in Markdown.
struct Sheet {
    var rows: [Row] = []

    static let header = [
        "file", "profile", "outcome", "code", "ffmpeg decodes", "expected frames", "output frames",
        "A/V start", "A/V end", "warnings, or the reason", "s",
    ]

    var text: String {
        let lines = [Sheet.header] + [Sheet.header.map { _ in "---" }] + rows.map(\.cells)
        let done = rows.filter { $0.outcome == "done" }.count
        let wrong = rows.filter(\.isWrong).count
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
            + "\n\n\(rows.count) runs: \(done) done, \(rows.count - done) refused, \(wrong) wrong.\n"
    }
}
