import Foundation
import Glibc
import Synchronization
import Testing
import TranscodeModel
import WorkerProtocol

@testable import WorkerHost

@Suite("Zygote: when it is lost, no worker is lost, doubled or left behind", .serialized)
struct ZygoteLossTests {
    private struct Folder {
        let url: URL
        init() throws {
            url = FileManager.default.temporaryDirectory.appending(
                path: "zygote-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        /// A copy of a program under another name.
        func copy(_ program: String, as name: String) throws -> String {
            let path = url.appending(path: name).path
            try FileManager.default.copyItem(atPath: program, toPath: path)
            return path
        }
        func remove() {
            #expect(throws: Never.self) { try FileManager.default.removeItem(at: url) }
        }
    }

    /// What hosts said of starts.
    private final class Warnings: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func take(_ note: WorkerNote) {
            if case .warned(let text) = note { list.withLock { $0.append(text) } }
        }
    }

    @Test("killed in mid-run: the running worker goes on, and the next has another zygote")
    func killed() async throws {
        let bench = ZygoteBench()
        _ = try await bench.answer("getrlimit")
        let zygote = try #require(bench.zygote)
        let outcome = await bench.run("wait 300") { note in
            if case .confined = note { kill(zygote, SIGKILL) }
        }
        #expect(try outcome.result.get().warnings == ["0"])
        let warnings = Warnings()
        let next = await bench.run("descriptors") { warnings.take($0) }
        #expect(try next.result.get().warnings == ["5"])
        #expect(warnings.all.isEmpty)
        #expect(bench.zygote != zygote)
        // Collected too.
        #expect(TestPrograms.look(at: zygote) == nil)
    }

    @Test("stopped, so that it answers nobody: it is ended, and another takes its place")
    func stopped() async throws {
        let bench = ZygoteBench(patienceSeconds: 1)
        _ = try await bench.answer("getrlimit")
        let zygote = try #require(bench.zygote)
        kill(zygote, SIGSTOP)
        #expect(try await bench.answer("descriptors") == 5)
        #expect(TestPrograms.look(at: zygote) == nil)
    }

    @Test("killed at any moment of 200 starts: every unit is done once, and nothing is left")
    func storm() async throws {
        for round in 0..<8 {
            let bench = ZygoteBench()
            _ = try await bench.answer("getrlimit")
            let before = try TestPrograms.children(named: "reelmill-worker")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<25 {
                    group.addTask {
                        let count = try await bench.answer("descriptors")
                        #expect(count == 5)
                    }
                }
                for _ in 0..<3 {
                    try await Task.sleep(for: .microseconds(500 * (round + 1)))
                    if let zygote = bench.zygote { kill(zygote, SIGKILL) }
                }
                try await group.waitForAll()
            }
            // Each host waits for the end of its own; what is left would be what nobody knows of.
            try await TestPrograms.wait {
                try TestPrograms.children(named: "reelmill-worker").subtracting(before).isEmpty
            }
        }
    }

    @Test("1,000 starts by eight threads: all are done, and no process or descriptor is left")
    func many() async throws {
        let bench = ZygoteBench()
        _ = try await bench.answer("getrlimit")
        let zygote = try #require(bench.zygote)
        func zygoteDescriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(zygote)/fd").count
        }
        let (before, zygoteBefore) = (try TestPrograms.openDescriptors(), try zygoteDescriptors())
        let done = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var done = 0
                    for _ in 0..<125 {
                        if case .success = await bench.run("getrlimit").result { done += 1 }
                    }
                    return done
                }
            }
            return await group.reduce(0, +)
        }
        #expect(done == 1000)
        #expect(bench.zygote == zygote)
        #expect(try zygoteDescriptors() == zygoteBefore)
        // Other suites open some in the meantime; a leak would be one a run at least.
        #expect(try TestPrograms.openDescriptors() < before + 500)
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(zygote)/task")
        #expect(threads.count == 1)
    }

    @Test("a program that is no zygote is started itself; that is said once")
    func noZygote() async throws {
        let folder = try Folder()
        defer { folder.remove() }
        let bench = ZygoteBench(executable: try folder.copy("/bin/true", as: "worker"))
        let warnings = Warnings()
        for _ in 0..<3 {
            let outcome = await bench.run("getrlimit") { warnings.take($0) }
            guard case .failure(let failure) = outcome.result else {
                Issue.record("a program that does nothing succeeded")
                return
            }
            #expect(failure.code == .workerProtocol)
        }
        #expect(warnings.all.count == 1)
    }

    @Test("a zygote with a second thread refuses, and workers are started as programs")
    func threads() async throws {
        let folder = try Folder()
        defer { folder.remove() }
        let bench = ZygoteBench(
            executable: try folder.copy(try TestPrograms.inmate(), as: "of-two-threads"))
        // That it was tried before anybody wanted a worker leaves nothing untold.
        bench.zygotes.seat(of: bench.executable).prepare()
        let warnings = Warnings()
        for _ in 0..<2 {
            let outcome = await bench.run("parent") { warnings.take($0) }
            #expect(try outcome.result.get().warnings == ["\(getpid())"])
        }
        #expect(warnings.all.count == 1)
        #expect(bench.zygote == nil)
    }

    @Test("one that was started ahead is the one that serves")
    func ahead() async throws {
        let bench = ZygoteBench()
        WorkerHost(zygotes: bench.zygotes).prepare(bench.executable)
        try await TestPrograms.wait { bench.zygote != nil }
        let zygote = bench.zygote
        #expect(try await bench.answer("descriptors") == 5)
        #expect(bench.zygote == zygote)
    }

    @Test("a program that was replaced is what the next worker runs")
    func replaced() async throws {
        let folder = try Folder()
        defer { folder.remove() }
        let path = try folder.copy(try TestPrograms.inmate(), as: "worker")
        let bench = ZygoteBench(executable: path)
        #expect(try await bench.answer("descriptors") == 5)
        let zygote = try #require(bench.zygote)
        let newer = try folder.copy(try TestPrograms.inmate(), as: "newer")
        #expect(rename(newer, path) == 0)
        #expect(try await bench.answer("descriptors") == 5)
        #expect(bench.zygote != nil && bench.zygote != zygote)
        #expect(TestPrograms.look(at: zygote) == nil)
        let other = try folder.copy("/bin/false", as: "other")
        #expect(rename(other, path) == 0)
        #expect(await bench.run("descriptors").result.isFailure)
        #expect(unlink(path) == 0)
        guard case .failure(let failure) = await bench.run("descriptors").result else {
            Issue.record("a worker that is gone succeeded")
            return
        }
        #expect(failure.code == .workerMissing)
    }

    @Test("who keeps zygotes no longer, ends them")
    func ended() async throws {
        let zygote = try await Self.zygoteOfNobody()
        // The thread of the last run may keep them for a moment longer.
        try await TestPrograms.wait { TestPrograms.look(at: zygote) == nil }
    }

    private static func zygoteOfNobody() async throws -> pid_t {
        let bench = ZygoteBench()
        _ = try await bench.answer("getrlimit")
        return try #require(bench.zygote)
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
