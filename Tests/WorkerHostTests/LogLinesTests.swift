import Testing

@testable import WorkerHost

@Suite("A worker's log in lines")
struct LogLinesTests {
    private func said(_ notes: [WorkerNote]) -> [String] {
        notes.compactMap { if case .said(let line) = $0 { line } else { nil } }
    }
    private func leftOut(_ notes: [WorkerNote]) -> Int {
        notes.reduce(0) { if case .leftOut(let bytes) = $1 { $0 + bytes } else { $0 } }
    }

    @Test("pieces of lines are joined, blank ones passed over, and nothing steers a terminal")
    func lines() {
        var lines = LogLines(at: 0)
        var notes = lines.append(Array("one\ntw".utf8), at: 1)
        notes += lines.append(Array("o \u{1B}[2J\u{202E}x\r\n\n  \nthree".utf8), at: 2)
        #expect(said(notes) == ["one", "two  [2J x"])
        #expect(said(lines.finish(tail: [])) == ["three"])
    }

    @Test("bytes that are no text, and a line without end, are kept within bounds")
    func binary() {
        var lines = LogLines(at: 0)
        let notes =
            lines.append([UInt8](repeating: 0xFF, count: 20_000), at: 1) + lines.finish(tail: [])
        #expect(said(notes).count == 1)
        #expect(said(notes)[0].unicodeScalars.count <= LogLines.lineMaximum)
    }

    @Test("of a flood, what fits the rate and the very end are told, and how much is not")
    func flood() {
        var lines = LogLines(at: 0)
        var notes: [WorkerNote] = []
        var written: [UInt8] = []
        for second in 0..<3 {
            var piece: [UInt8] = []
            for number in 0..<100_000 { piece += Array("line \(second) \(number)\n".utf8) }
            written += piece
            notes += lines.append(piece, at: UInt64(second) * 1_000_000_000)
        }
        notes += lines.finish(tail: Array(written.suffix(8 << 10)))
        let told = said(notes).map { $0.utf8.count + 1 }.reduce(0, +)
        #expect(told < 4 * (64 << 10))
        #expect(said(notes).first == "line 0 0")
        #expect(said(notes).last == "line 2 99999")
        // What is cut at the edges of a gap counts once, on one side or the other.
        #expect(abs(told + leftOut(notes) - written.count) < 200)
    }
}
