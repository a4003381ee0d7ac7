import Foundation
import Glibc
import Synchronization
import Testing
import TranscodeModel
import WorkerProtocol

@testable import WorkerHost

/// Real zygotes of `reelmill-inmate`, whose children tell how they were started.
@Suite("Zygote: a worker that is forked is as one that was just started", .serialized)
struct ZygoteTests {
    private let bench = ZygoteBench()

    @Test(
        "a worker has the descriptors that it is given and no other, however many runs there were")
    func descriptors() async throws {
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        for _ in 0..<20 {
            #expect(try await bench.answer("descriptors") == 5)
            let inputs = [Int32](repeating: null, count: 9)
            #expect(try await bench.answer("descriptors", inputs: inputs) == 13)
        }
    }

    @Test("inputs arrive in their order, whatever their numbers here were")
    func order() async throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "inputs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { remove(place) }
        let files = try (0..<6).map { number in
            let path = place.appending(path: "\(number)").path
            try Data(repeating: 7, count: number).write(to: URL(filePath: path))
            return open(path, O_RDONLY | O_CLOEXEC)
        }
        defer { for file in files { close(file) } }
        let inputs = [files[4], files[1], files[5], files[0]]
        for (descriptor, length) in [(3, 4), (5, 1), (6, 5), (7, 0)] {
            #expect(try await bench.answer("length \(descriptor)", inputs: inputs) == length)
        }
    }

    @Test(
        "it is this process's child in a group of its own, with default signals and its own thread numbers"
    )
    func family() async throws {
        #expect(try await bench.answer("parent") == Int(getpid()))
        #expect(try await bench.answer("signals") == 0)
        #expect(try await bench.answer("thread-numbers") == 0)
        let seen = Mutex<(pid_t, pid_t)?>(nil)
        _ = await bench.run("wait 1") { note in
            if case .started(let process) = note {
                seen.withLock { $0 = (process, getpgid(process)) }
            }
        }
        let (process, group) = try #require(seen.withLock { $0 })
        #expect(process == group)
        #expect(process != bench.zygote)
    }

    @Test("its peak of memory is its own, and so are its processor time and its end")
    func usage() async throws {
        let first = await bench.run("getrlimit").usage
        let burnt = await bench.run("burn-2-seconds").usage
        let after = await bench.run("getrlimit").usage
        #expect(burnt.cpuSeconds > 1.5)
        #expect(after.cpuSeconds < 1)
        #expect(after.peakMemoryBytes < 2 * first.peakMemoryBytes)
        #expect((1 << 20..<200 << 20).contains(first.peakMemoryBytes))
    }

    @Test("a worker that crashes, is killed or is cancelled harms neither the zygote nor the next")
    func crashes() async throws {
        _ = try await bench.answer("getrlimit")
        let zygote = try #require(bench.zygote)
        for (attempt, word) in [
            ("segfault", "SIGSEGV"), ("abort", "SIGABRT"), ("socket-unix", "SIGSYS"),
        ] {
            guard case .failure(let failure) = await bench.run(attempt).result else {
                Issue.record("\(attempt) succeeded")
                continue
            }
            #expect(failure.code == .workerCrashed && failure.message.contains(word))
        }
        let cancelled = try await withThrowingTaskGroup(of: WorkerOutcome.self) { group in
            group.addTask { await bench.run("wait 600000") }
            try await Task.sleep(for: .milliseconds(100))
            group.cancelAll()
            return try #require(try await group.next())
        }
        guard case .failure(let failure) = cancelled.result else {
            Issue.record("a cancelled worker succeeded")
            return
        }
        #expect(failure.category == .cancelled)
        #expect(try await bench.answer("getrlimit") == 0)
        #expect(bench.zygote == zygote)
    }

    @Test("limits are the worker's alone, and may be raised for the next")
    func limits() async throws {
        let small = ProcessLimits(
            addressSpaceBytes: 2 << 30, openFiles: 33, silenceSeconds: 600, stallSeconds: 600)
        #expect(try await bench.answer("mmap-2-gib", limits: small) == Int(ENOMEM))
        #expect(try await bench.answer("mmap-2-gib") == 0)
        let told = try #require(await bench.run("getrlimit", limits: small).confinement)
        #expect(told.limits.openFiles == 33 && told.limits.coreBytes == 0)
        #expect(told.isSufficient)
    }

    @Test("limits that cannot be set end the start, as they do of a program, and leave the zygote")
    func badLimits() async throws {
        _ = try await bench.answer("getrlimit")
        let zygote = bench.zygote
        var limits = ZygoteBench.patient
        // More descriptors than any process may have (fs.nr_open).
        limits.openFiles = 1 << 62
        for zygotes in [bench.zygotes, nil] {
            let outcome = await bench.run("getrlimit", limits: limits, zygotes: zygotes)
            guard case .failure(let failure) = outcome.result else {
                Issue.record("limits that nobody may set were set")
                continue
            }
            #expect(failure.code == .workerKilled && failure.category == .transient)
        }
        #expect(bench.zygote == zygote)
        #expect(try await bench.answer("getrlimit") == 0)
    }

    @Test("more descriptors than fit a message: the program is started itself")
    func manyDescriptors() async throws {
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        var limits = ZygoteBench.patient
        limits.openFiles = 1024
        let inputs = [Int32](repeating: null, count: 250)
        #expect(try await bench.answer("descriptors", inputs: inputs, limits: limits) == 254)
        #expect(bench.zygote == nil)
    }

    @Test("the real worker works from a zygote as it does from its program")
    func realWorker() async throws {
        let worker = try TestPrograms.worker()
        func describe(_ zygotes: Zygotes?) async throws -> WorkerDescription? {
            let outcome = await WorkerHost(zygotes: zygotes).run(
                WorkerLaunch(
                    executable: worker,
                    request: WorkerRequest(job: .describe, limits: WorkerLimits()), inputs: [],
                    staging: nil, limits: ProcessLimits()), onProgress: { _ in })
            return try outcome.result.get().description
        }
        let forked = try await describe(bench.zygotes)
        #expect(bench.zygotes.seat(of: worker).process != nil)
        let started = try await describe(nil)
        #expect(forked != nil && forked == started)
    }

    private func remove(_ place: URL) {
        #expect(throws: Never.self) { try FileManager.default.removeItem(at: place) }
    }
}
