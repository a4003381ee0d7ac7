import ArtifactStore
import Foundation
import Ledger
import Logging
import Testing
import TranscodeModel

@testable import reelmill

@Suite("Log lines")
struct LogFormatTests {
    @Test("JSON: stable keys first, numbers as numbers, and one line whatever is said")
    func json() throws {
        let record = LogRecord(
            milliseconds: 1_767_225_600_042, level: .warning, message: "a “b”\n\u{1B}[31m\"c\"\\",
            metadata: ["unit": "3", "attempt": "1", "job": "j1", "tenant": "7", "reason": "x"])
        #expect(
            record.json
                == #"{"time":"2026-01-01T00:00:00.042Z","level":"warning","#
                + #""message":"a “b”\n\u001b[31m\"c\"\\","attempt":1,"job":"j1","reason":"x","#
                + #""tenant":"7","unit":3}"#)
        let value = try JSONSerialization.jsonObject(with: Data(record.json.utf8))
        let members = try #require(value as? [String: Any])
        #expect(members["message"] as? String == record.message)
        #expect(members["unit"] as? Int == 3)
        #expect(
            record.text
                == "reelmill: warning: \(record.message) attempt=1 job=j1 reason=x tenant=7 unit=3")
    }

    @Test("flag over environment over config file, and what is no format is refused")
    func settings() throws {
        let none = ["REELMILL_CONFIG": "/dev/null"]
        #expect(try Settings.resolve(environment: none).logFormat == .text)
        let set = none.merging(["REELMILL_LOG_FORMAT": "json"]) { $1 }
        #expect(try Settings.resolve(environment: set).logFormat == .json)
        #expect(try Settings.resolve(logFormat: .text, environment: set).logFormat == .text)
        let wrong = none.merging(["REELMILL_LOG_FORMAT": "xml"]) { $1 }
        let fault = #expect(throws: CommandFault.self) {
            try Settings.resolve(environment: wrong)
        }
        #expect(fault?.message.contains("REELMILL_LOG_FORMAT") == true)
    }

    @Test("lines of a log: torn ends wait, and what has no form belongs to the line before it")
    func parsing() {
        let text = """
            2026-01-01T00:00:00.001Z node leased: x
            garbage
            2026-01-01T00:00:00.002Z worker a b c
            2026-01-01T00:00:00.003Z node torn
            """
        let lines = AttemptLogReader.parse(Array(text.utf8))
        #expect(lines.map { $0.time.suffix(5) } == [".001Z", ".001Z", ".002Z"])
        #expect(lines.map(\.source) == ["node", "node", "worker"])
        #expect(lines.map(\.message) == ["leased: x", "garbage", "a b c"])
        #expect(AttemptLogReader.parse([]).isEmpty)
        #expect(AttemptLogReader.parse(Array("no end".utf8)).isEmpty)
    }
}
