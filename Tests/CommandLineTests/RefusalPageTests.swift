import Foundation
import Testing
import TranscodeModel

@testable import reelmill

struct RefusalPageTests {
    private let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/refusals.md")

    @Test("every code has a line on its page, and every limit its key, variable and default")
    func complete() throws {
        let text = try String(contentsOf: page, encoding: .utf8)
        for code in FailureCode.allCases { #expect(text.contains("`\(code.rawValue)`"), "\(code)") }
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
