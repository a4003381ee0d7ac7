import ArtifactStore
import Foundation
import Ledger
import Testing
import TranscodeModel

@testable import Node
@testable import reelmill

@Suite("Following a log: every line once, whatever the clock does")
struct AttemptLogReaderTests {
    /// A job with one log, which is written as a node writes it.
    private final class Bench {
        let root: String
        let store: LocalArtifactStore
        let name: AttemptLogName
        var reader: AttemptLogReader

        init() throws {
            root =
                FileManager.default.temporaryDirectory
                .appending(path: "reelmill-follow-\(UUID().uuidString)").path
            let workplace = try Workplace.open(
                Settings.resolve(
                    state: root + "/state", environment: ["REELMILL_CONFIG": "/dev/null"]))
            let clip = root + "/clip.mp4"
            try Data("clip".utf8).write(to: URL(fileURLWithPath: clip))
            let job = try Enlistment(
                workplace: workplace, profile: ProfileLoading.load("mp4")
            ).enlist(clip, to: root + "/out").job
            store = workplace.store
            name = AttemptLogName(unit: UnitID(job: job, position: 0), attempt: 1)
            reader = AttemptLogReader(
                store: store, job: try workplace.job(job.text), kinds: [:])
        }

        deinit {
            do { try FileManager.default.removeItem(atPath: root) } catch {
                Issue.record("\(root) stays: \(error)")
            }
        }

        func write(_ log: inout BoundedLog) throws {
            guard let (offset, bytes) = log.takeUnwritten() else { return }
            try store.writeLog(bytes, to: name, tenant: .standard, after: Int64(offset))
        }

        func news() throws -> [String] { try reader.news().map(\.message) }
    }

    private func line(_ seconds: Int, _ text: String) -> String {
        "2026-01-01T00:00:\(seconds + 10).000Z worker \(text)"
    }

    @Test("the same words in the same millisecond, in a later look, are told again")
    func twins() throws {
        let bench = try Bench()
        var log = BoundedLog()
        log.append(line(1, "tick"))
        try bench.write(&log)
        #expect(try bench.news() == ["tick"])
        log.append(line(1, "tick"))
        log.append(line(1, "tick"))
        try bench.write(&log)
        #expect(try bench.news() == ["tick", "tick"])
        #expect(try bench.news().isEmpty)
    }

    @Test("a clock that is set back loses no line, and keeps the order of the attempt")
    func back() throws {
        let bench = try Bench()
        var log = BoundedLog()
        log.append(line(40, "a"))
        try bench.write(&log)
        #expect(try bench.news() == ["a"])
        for (seconds, text) in [(41, "b"), (2, "c"), (3, "d")] { log.append(line(seconds, text)) }
        try bench.write(&log)
        #expect(try bench.news() == ["b", "c", "d"])
    }

    @Test("a log that is written anew, since it grew too long: what is still there is told once")
    func bounded() throws {
        let bench = try Bench()
        var log = BoundedLog(maximum: 2000)
        var told: [String] = []
        for number in 0..<500 {
            log.append(line(number % 40, "message \(number)"))
            // One in seven looks; a burst between 200 and 300 that is not looked at.
            guard number % 7 == 0, !(200..<300).contains(number) else { continue }
            try bench.write(&log)
            told += try bench.news()
        }
        try bench.write(&log)
        told += try bench.news()
        let numbers = told.compactMap { text in
            text.hasPrefix("message ") ? Int(text.dropFirst(8)) : nil
        }
        #expect(Set(numbers).count == numbers.count)
        #expect(numbers == numbers.sorted())
        // All but the end of the burst's beginning, for which a line stands.
        let missed = Set(0..<500).subtracting(numbers)
        #expect(missed.allSatisfy { (196..<300).contains($0) }, "\(missed.sorted())")
        #expect(!missed.isEmpty && told.contains { $0.contains("left out") })
    }
}
