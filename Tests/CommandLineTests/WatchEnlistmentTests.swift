import ArtifactStore
import ContentDigest
import Foundation
import Ledger
import Testing
import TranscodeModel

@testable import reelmill

@Suite("Enlisting watched files: one job a content, one place an output")
struct WatchEnlistmentTests {
    /// A ledger, a store and a folder of files that nobody will look into.
    private final class Bench {
        let root: String
        let workplace: Workplace

        init(_ more: [String: String] = [:]) throws {
            root =
                FileManager.default.temporaryDirectory
                .appending(path: "reelmill-watch-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(
                atPath: root + "/in", withIntermediateDirectories: true)
            workplace = try Workplace.open(
                Settings.resolve(
                    state: root + "/state",
                    environment: ["REELMILL_CONFIG": "/dev/null"].merging(more) { $1 }))
        }

        deinit {
            do { try FileManager.default.removeItem(atPath: root) } catch {
                Issue.record("\(root) stays: \(error)")
            }
        }

        func watch(pruneMinimum: Int = 1000) throws -> WatchEnlistment {
            try WatchEnlistment(
                enlistment: Enlistment(
                    workplace: workplace, profile: ProfileLoading.load("mp4"), remakes: false),
                output: root + "/out", pruneMinimum: pruneMinimum)
        }

        func write(_ name: String, _ text: String) throws {
            let path = root + "/in/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }

        /// The place of the new job below the output; nil when the work is known.
        func enlist(_ name: String, _ watch: WatchEnlistment) throws -> String? {
            let path = root + "/in/" + name
            let sight = try #require(WatchedFiles.Sight.of(path))
            switch try watch.enlist(path, name: name, sight: sight, say: { _ in }) {
            case .created(_, let output): return String(output.dropFirst(root.count + 5))
            case .known: return nil
            }
        }

        func publish(_ place: String) throws {
            let folder = root + "/out/" + place
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try Data("{}".utf8).write(
                to: URL(fileURLWithPath: folder + "/receipt.json"))
        }

        func jobs(_ states: Set<JobState> = []) throws -> [JobRecord] {
            try workplace.ledger.jobs(JobQuery(states: states, limit: 1000))
        }
    }

    private func digits(_ text: String) -> String { String(Digest.sha256(text).hex.prefix(8)) }

    @Test(
        "a video and a folder of one name: neither output lies within the other, whoever is first")
    func nests() throws {
        let bench = try Bench()
        try bench.write("a.mov", "A")
        try bench.write("a/b.mov", "B")
        try bench.write("c/d/e.mov", "E")
        try bench.write("c.mov", "C")
        let watch = try bench.watch()
        #expect(try bench.enlist("a.mov", watch) == "a")
        #expect(try bench.enlist("a/b.mov", watch) == "a-b-" + digits("B"))
        #expect(try bench.enlist("c/d/e.mov", watch) == "c/d/e")
        #expect(try bench.enlist("c.mov", watch) == "c.mov")
        // The next watch has it from the ledger.
        let next = try bench.watch()
        for name in ["a.mov", "a/b.mov", "c/d/e.mov", "c.mov"] {
            #expect(try bench.enlist(name, next) == nil, "\(name)")
        }
        try bench.write("a/f.mov", "F")
        #expect(try bench.enlist("a/f.mov", next) == "a-f-" + digits("F"))
    }

    @Test("nothing goes into what is published, and nothing around what is")
    func published() throws {
        let bench = try Bench()
        try bench.publish("a")
        try bench.publish("x/y")
        try bench.write("a/b.mov", "B")
        try bench.write("x.mov", "X")
        let watch = try bench.watch()
        #expect(try bench.enlist("a/b.mov", watch) == "a-b-" + digits("B"))
        #expect(try bench.enlist("x.mov", watch) == "x.mov")
    }

    @Test("a job that ended without an output gives its place back, and is not made again")
    func failed() throws {
        let bench = try Bench()
        try bench.write("a.mov", "old")
        let watch = try bench.watch()
        #expect(try bench.enlist("a.mov", watch) == "a")
        let job = try #require(try bench.jobs().first?.id)
        _ = try bench.workplace.ledger.cancel(job, reason: "test")
        try bench.write("a.mov", "old")
        #expect(try bench.enlist("a.mov", watch) == nil)
        try bench.write("a.mov", "new content")
        #expect(try bench.enlist("a.mov", watch) == "a")
        try bench.write("a.mov", "old")
        #expect(try bench.enlist("a.mov", watch) == nil)
        // What has a place further down keeps it, when one further up is free.
        try bench.write("a.mov", "third")
        #expect(try bench.enlist("a.mov", watch) == "a.mov")
        let second = try #require(
            try bench.jobs([.planning]).first { $0.destination.hasSuffix("a") })
        _ = try bench.workplace.ledger.cancel(second.id, reason: "test")
        #expect(try bench.enlist("a.mov", bench.watch()) == nil)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: bench.root + "/in/a.mov")
        #expect(try bench.enlist("a.mov", bench.watch()) == nil)
    }

    @Test("what has ended is forgotten: memory does not grow with all that ever came")
    func pruning() throws {
        let bench = try Bench()
        let watch = try bench.watch(pruneMinimum: 10)
        for number in 0..<60 {
            try bench.write("\(number).mov", "content \(number)")
            #expect(try bench.enlist("\(number).mov", watch) == "\(number)")
            for record in try bench.jobs([.planning]) {
                _ = try bench.workplace.ledger.cancel(record.id, reason: "test")
            }
        }
        #expect(watch.counts[0] <= 10)
        watch.keep(only: [bench.root + "/in/7.mov"])
        #expect(watch.counts[2] == 1)
        #expect(try bench.enlist("8.mov", watch) == nil)
    }

    @Test("a file that is not what had settled, or is open for writing, is not enqueued")
    func changed() throws {
        let bench = try Bench()
        let watch = try bench.watch()
        try bench.write("a.mov", "half")
        let path = bench.root + "/in/a.mov"
        let sight = try #require(WatchedFiles.Sight.of(path))
        let writer = try #require(FileHandle(forUpdatingAtPath: path))
        func attempt() -> Failure? {
            #expect(throws: Failure.self) {
                try watch.enlist(path, name: "a.mov", sight: sight) { _ in }
            }
        }
        #expect(attempt()?.code == .sourceChanged)
        try writer.seekToEnd()
        try writer.write(contentsOf: Data(" whole".utf8))
        try writer.close()
        #expect(attempt()?.code == .sourceChanged)
        #expect(try bench.jobs().isEmpty)
        #expect(try bench.enlist("a.mov", watch) == "a")
    }

    @Test("room is asked for before anything is read, and what is stopped makes no job")
    func room() throws {
        let short = try Bench(["REELMILL_DISK_LOW": "100%", "REELMILL_DISK_HIGH": "100%"])
        try short.write("a.mov", "A")
        let watch = try short.watch()
        // Reading would end at once, and with another error.
        watch.stop()
        let fault = #expect(throws: CommandFault.self) { try short.enlist("a.mov", watch) }
        #expect(fault?.status == .unreachable)
        let bench = try Bench()
        try bench.write("b.mov", "B")
        let stopped = try bench.watch()
        stopped.stop()
        #expect(throws: CancellationError.self) { try bench.enlist("b.mov", stopped) }
        #expect(try bench.jobs().isEmpty)
    }

    @Test("what has been read is not read again when it could not be enqueued")
    func memo() throws {
        let bench = try Bench()
        try bench.write("a.mov", "A")
        let watch = try bench.watch()
        try Data().write(to: URL(fileURLWithPath: bench.root + "/out"))
        let failure = #expect(throws: Failure.self) { try bench.enlist("a.mov", watch) }
        #expect(failure?.code == .destinationUnwritable)
        try FileManager.default.removeItem(atPath: bench.root + "/out")
        watch.stop()
        #expect(try bench.enlist("a.mov", watch) == "a")
    }
}
