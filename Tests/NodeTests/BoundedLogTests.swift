import Foundation
import Testing

@testable import Node

@Suite("Logs of attempts: bounded, and the store has what is meant")
struct BoundedLogTests {
    private static let leftOut = "bytes of this log are left out here"

    /// A store that sometimes fails, and now and then takes only a part before it does.
    private struct Paper {
        var bytes: [UInt8] = []
        mutating func write(_ new: [UInt8], after offset: Int) {
            precondition(offset <= bytes.count, "never beyond the end")
            bytes = Array(bytes[..<offset]) + new
        }
    }

    @Test(
        "any lines, any order of writes and failures: head, count and end are true",
        arguments: 0..<40)
    func model(seed: UInt64) throws {
        var generator = Numbers(state: seed &+ 1)
        let maximum = [200, 1000, 5000][Int(seed % 3)]
        var log = BoundedLog(maximum: maximum)
        var paper = Paper()
        var all: [String] = []
        for number in 0..<Int.random(in: 0...300, using: &generator) {
            let length = Int.random(in: 0...60, using: &generator)
            let line = "T\(number) node " + String(repeating: "x", count: length)
            all.append(line)
            log.append(line)
            guard Int.random(in: 0..<3, using: &generator) == 0,
                let (offset, bytes) = log.takeUnwritten()
            else { continue }
            if Int.random(in: 0..<4, using: &generator) == 0 {
                paper.write(Array(bytes.prefix(bytes.count / 2)), after: offset)
                log.notWritten(after: offset)
            } else {
                paper.write(bytes, after: offset)
            }
        }
        if let (offset, bytes) = log.takeUnwritten() { paper.write(bytes, after: offset) }
        #expect(log.takeUnwritten()?.bytes == nil)
        let kept = String(decoding: paper.bytes, as: UTF8.self)
            .split(separator: "\n").map(String.init)
        let whole = all.map { $0.utf8.count + 1 }.reduce(0, +)
        guard let cut = kept.firstIndex(where: { $0.contains(Self.leftOut) }) else {
            #expect(kept == all)
            return
        }
        #expect(paper.bytes.count <= maximum + 200)
        #expect(Array(kept[..<cut]) == Array(all.prefix(cut)))
        let end = Array(kept[(cut + 1)...])
        #expect(end == Array(all.suffix(end.count)))
        let keptBytes = (kept[..<cut] + end).map { $0.utf8.count + 1 }.reduce(0, +)
        #expect(kept[cut].contains(" \(whole - keptBytes) "), "seed \(seed): \(kept[cut])")
        // It stands in the time of what it replaces.
        #expect(kept[cut].hasPrefix("T\(all.count - end.count - 1) "))
        #expect(end.count >= 1)
    }

    @Test("a flood of any length leaves the head, the end and a bounded log")
    func flood() throws {
        var log = BoundedLog()
        var size = 0
        for number in 0..<200_000 {
            log.append("2026-01-01T00:00:00.000Z worker line \(number)")
            if number % 10_000 == 0, let (offset, bytes) = log.takeUnwritten() {
                size = offset + bytes.count
                #expect(size <= (64 << 10) + 200)
            }
        }
        let unwritten = log.takeUnwritten()
        let (offset, bytes) = try #require(unwritten)
        #expect(offset <= 32 << 10)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("line 199999\n"))
    }
}

private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
