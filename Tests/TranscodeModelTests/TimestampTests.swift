import Foundation
import Testing
import TranscodeModel

struct TimestampTests {
    @Test("the calendar is Foundation's, at any moment from 1970 to 9999")
    func calendar() {
        var generator = SystemRandomNumberGenerator()
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var moments: [Int64] = [0, 951_782_399_999, 951_782_400_000, 253_402_300_799_999]
        for _ in 0..<2000 {
            moments.append(Int64.random(in: 0...253_402_300_799_999, using: &generator))
        }
        for moment in moments {
            // Whole seconds, since Foundation's are in floating point.
            let seconds = moment / 1000
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            let text = Timestamp.text(milliseconds: seconds * 1000 + moment % 1000)
            #expect(text.prefix(20) == expected.prefix(20), "\(moment)")
            #expect(Timestamp.isTimestamp(Substring(text)))
        }
        #expect(Timestamp.text(milliseconds: 1_767_225_600_007) == "2026-01-01T00:00:00.007Z")
        #expect(!Timestamp.isTimestamp("2026-01-01T00:00:00Z"))
        #expect(!Timestamp.isTimestamp("2026-01-01T00:00:00.0x7Z"))
    }
}
