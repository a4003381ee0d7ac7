import Foundation
import Testing
import TranscodeModel

@testable import reelmill

struct RefusalPageTests {
    private func page(_ name: String) throws -> String {
        try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "docs/\(name)"), encoding: .utf8)
    }

    @Test("every code has one entry: a row of the refusals, or a heading of troubleshooting")
    func codes() throws {
        let upload = try #require(
            page("refusals.md").components(separatedBy: "## Of the upload").last?
                .components(separatedBy: "## ").first)
        let rows = upload.matches(of: /(?m)^\| `([a-z-]+)` \| [^|]{10,} \| [^|]{5,} \|$/)
            .map { String($0.1) }
        let trouble = try page("troubleshooting.md")
        let headings = trouble.matches(of: /(?m)^### `([a-z-]+)`\n[^\n#]{20,}/).map { String($0.1) }
        #expect((rows + headings).sorted() == FailureCode.allCases.map(\.rawValue).sorted())
        // A heading without a text is no entry.
        #expect(trouble.components(separatedBy: "\n### ").count - 1 == headings.count)
    }

    @Test("every limit has its key, variable and default")
    func complete() throws {
        let text = try page("refusals.md")
        for key in LimitSettings.keys {
            #expect(text.contains("| `\(key.name)` | `\(key.variable)` |"), "\(key.name)")
        }
    }

    @Test("limits come from the environment before the config file, and are refused by name")
    func limits() throws {
        let limits = try LimitSettings.resolve { variable, key in
            variable == "REELMILL_MAX_PIXELS" ? "1000000" : key == "max-streams" ? "7" : nil
        }
        #expect(limits.pixels == 1_000_000 && limits.streams == 7)
        #expect(limits.bytes == SourceLimits().bytes)
        let fault = #expect(throws: CommandFault.self) {
            try LimitSettings.resolve { $1 == "max-side" ? "many" : nil }
        }
        #expect(fault?.message.contains("max-side") == true)
        #expect(fault?.message.contains("REELMILL_MAX_SIDE") == true)
    }
}
