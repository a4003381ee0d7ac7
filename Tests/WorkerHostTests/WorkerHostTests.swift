import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import WorkerHost

/// Workers of a few lines of shell, so that each way to end can be had at will.
@Suite("Worker host: each way to end is told apart", .serialized)
struct WorkerHostTests {
    private func run(
        _ body: String, limits: ProcessLimits = ProcessLimits(silenceSeconds: 5),
        inputs: [Int32] = [], confinement: Confinement? = .whole,
        sandbox: SandboxPolicy = .required
    ) async throws -> WorkerOutcome {
        let first = try confinement.map { try sending(.confined($0)) } ?? ":"
        let script = "\(first)\n\(body)"
        let path = FileManager.default.temporaryDirectory
            .appending(path: "worker-\(UUID().uuidString).sh").path
        try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return await WorkerHost().run(
            WorkerLaunch(
                executable: path, request: WorkerRequest(job: .describe, limits: WorkerLimits()),
                inputs: inputs, staging: nil, limits: limits, sandbox: sandbox),
            onProgress: { _ in })
    }

    /// A shell command that sends one event.
    private func sending(_ event: WorkerEvent) throws -> String {
        let octal = try Framing.frame(event).map { byte in
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
        return "printf '\(octal.joined())'"
    }

    private func failure(_ outcome: WorkerOutcome) throws -> Failure {
        guard case .failure(let failure) = outcome.result else {
            throw Failure(.permanent, .internalFault, "the worker succeeded")
        }
        return failure
    }

    @Test("a result and exit 0 are a success")
    func success() async throws {
        let result = WorkResult(pieces: [], warnings: ["worth saying"])
        let outcome = try await run(sending(.result(result)))
        #expect(try outcome.result.get() == result)
    }

    @Test("a reported failure is the failure, with nothing in it that could harm a terminal")
    func reportedFailure() async throws {
        let told = Failure(.permanent, .notMedia, "no \u{1B}[31mmedia")
        let outcome = try await run(sending(.failure(told)))
        #expect(try failure(outcome) == Failure(.permanent, .notMedia, "no  [31mmedia"))
    }

    @Test("what a worker may not say is not believed, whatever it says after it")
    func lies() async throws {
        for category in [FailureClass.fenced, .cancelled, .timedOut, .crashed] {
            let told = Failure(category, .leaseLost, "trust me")
            let found = try failure(await run(sending(.failure(told))))
            #expect(found.category == .crashed)
            #expect(found.code == .workerProtocol)
        }
        func claiming(_ fragment: Fragment) -> WorkResult {
            WorkResult(pieces: [
                Piece(
                    name: "v720", initialization: nil, initializationDigest: nil,
                    fragments: [fragment])
            ])
        }
        let extent = Extent(offset: 0, length: 1)
        for fragment in [
            Fragment(
                extent: Extent(offset: Int64.max, length: Int64.max), decodeTime: 0, duration: 1,
                samples: 1),
            Fragment(
                extent: Extent(offset: -1, length: 5), decodeTime: 0, duration: 1, samples: 1),
            Fragment(extent: extent, decodeTime: Int64.max, duration: 1, samples: 1),
            Fragment(extent: extent, decodeTime: 0, duration: Int64.max, samples: 1),
            Fragment(extent: extent, decodeTime: 0, duration: 1, samples: Int.max),
        ] {
            let outcome = try await run(sending(.result(claiming(fragment))))
            #expect(try failure(outcome).code == .workerProtocol)
        }
        let result = try sending(.result(WorkResult(pieces: [])))
        #expect(try failure(await run("\(result); \(result)")).code == .workerProtocol)
        #expect(try failure(await run("\(result); printf x")).code == .workerProtocol)
        #expect(try failure(await run("\(result); exit 3")).category == .crashed)
    }

    @Test("what is said before the sandbox is told, or a second sandbox, breaks the protocol")
    func unconfined() async throws {
        let result = try sending(.result(WorkResult(pieces: [])))
        for policy in SandboxPolicy.allCases {
            let silent = try await run(result, confinement: nil, sandbox: policy)
            #expect(try failure(silent).code == .workerProtocol)
            #expect(silent.confinement == nil)
            let again = try await run("\(sending(.confined(.whole))); \(result)", sandbox: policy)
            #expect(try failure(again).code == .workerProtocol)
        }
    }

    @Test("required: a worker without seccomp is ended, and its result is not taken")
    func required() async throws {
        let result = try sending(.result(WorkResult(pieces: [])))
        for missing in [
            Confinement.whole.with { $0.seccomp = false },
            .whole.with { $0.noNewPrivileges = false },
        ] {
            let outcome = try await run(
                "\(result); sleep 20", confinement: missing)
            let found = try failure(outcome)
            #expect(found.code == .sandboxUnavailable && found.category == .permanent)
            #expect(found.message.contains(missing.missing[0]))
            #expect(found.message.contains("--sandbox best-effort"))
        }
        let noLandlock = try await run(
            result, confinement: .whole.with { $0.landlock = 0 })
        #expect(try noLandlock.result.get().warnings.isEmpty)
        #expect(noLandlock.usage.confinement == "no_new_privs, seccomp")
    }

    @Test("best-effort: it works, and says what is missing")
    func bestEffort() async throws {
        let result = try sending(.result(WorkResult(pieces: [])))
        let outcome = try await run(
            result, confinement: .whole.with { ($0.seccomp, $0.landlock) = (false, 0) },
            sandbox: .bestEffort)
        #expect(
            try outcome.result.get().warnings == [
                "The worker was not fully confined: seccomp and Landlock missing."
            ])
        #expect(outcome.usage.confinement == "no_new_privs")
        let whole = try await run(result, sandbox: .bestEffort)
        #expect(try whole.result.get().warnings.isEmpty)
    }

    @Test("a failure that was told stands, however the process ends")
    func toldAndDied() async throws {
        let told = Failure(.permanent, .notMedia, "no media")
        #expect(try failure(await run("\(sending(.failure(told))); kill -SEGV $$")) == told)
    }

    @Test("warnings are bounded and safe to print; times that cannot be are left out")
    func warnings() async throws {
        let said = (0..<200).map { "\u{202E}warning \($0)\u{7}" }
        let outcome = try await run(
            sending(
                .result(
                    WorkResult(
                        pieces: [], stageCPUSeconds: ["encode": 1, "time travel": -1],
                        warnings: said))))
        let result = try outcome.result.get()
        #expect(result.warnings.count == 50)
        #expect(result.warnings[7] == " warning 7 ")
        #expect(result.stageCPUSeconds == ["encode": 1])
    }

    @Test("a flood of messages ends the worker")
    func flood() async throws {
        let event = try sending(.progress(WorkProgress(done: 1, bytes: 1)))
        let start = ContinuousClock.now
        let outcome = try await run("while :; do \(event); done")
        #expect(try failure(outcome).message.contains("flood"))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("the kernel's limit of processor time says what it was")
    func processorTime() async throws {
        for script in ["while :; do :; done", "trap '' XCPU; while :; do :; done"] {
            let outcome = try await run(
                script, limits: ProcessLimits(cpuSeconds: 1, silenceSeconds: 30))
            #expect(try failure(outcome).category == .timedOut)
        }
    }

    @Test(
        "a death by signal is a crash, SIGKILL from outside is not",
        arguments: [
            ("SEGV", FailureClass.crashed, FailureCode.workerCrashed),
            ("ABRT", .crashed, .workerCrashed), ("KILL", .transient, .workerKilled),
            ("XCPU", .timedOut, .workerStalled),
        ])
    func signals(signal: String, category: FailureClass, code: FailureCode) async throws {
        let outcome = try await run("kill -\(signal) $$; sleep 5")
        let found = try failure(outcome)
        #expect(found.category == category)
        #expect(found.code == code)
    }

    @Test("an exit without a result, or with garbage, breaks the protocol")
    func misconduct() async throws {
        #expect(try failure(await run("exit 0")).code == .workerProtocol)
        #expect(try failure(await run("printf 'garbage of some length'")).code == .workerProtocol)
        #expect(try failure(await run("echo why >&2; exit 3")).message.contains("why"))
    }

    @Test("want of memory is told apart from a crash")
    func memory() async throws {
        let outcome = try await run("echo 'Cannot allocate memory' >&2; exit 1")
        #expect(try failure(outcome).category == .outOfMemory)
    }

    @Test("a silent worker is killed, and so are its children")
    func silence() async throws {
        let limits = ProcessLimits(silenceSeconds: 1)
        let marker = "7\(Int.random(in: 1000...9999))"
        let outcome = try await run("sleep \(marker) & sleep \(marker)", limits: limits)
        #expect(try failure(outcome).category == .timedOut)
        #expect(outcome.usage.wallSeconds < 4)
        let left = try await run("pgrep -f 'sleep \(marker)' | grep -v $$ >&2; exit 1")
        #expect(!left.log.contains { $0.isNumber })
    }

    @Test("progress that does not change is a stall")
    func stall() async throws {
        let event = try sending(.progress(WorkProgress(done: 1, bytes: 1)))
        let outcome = try await run(
            "while :; do \(event); sleep 0.2; done",
            limits: ProcessLimits(silenceSeconds: 5, stallSeconds: 1))
        #expect(try failure(outcome).message.contains("progress"))
    }

    @Test("a missing worker is said with its path and what to do")
    func missing() async throws {
        let outcome = await WorkerHost().run(
            WorkerLaunch(
                executable: "/nowhere/worker",
                request: WorkerRequest(job: .describe, limits: WorkerLimits()), inputs: [],
                staging: nil, limits: ProcessLimits()), onProgress: { _ in })
        let found = try failure(outcome)
        #expect(found.code == .workerMissing)
        #expect(found.message.contains("/nowhere/worker"))
    }

    @Test("a worker has the descriptors it is given, and no other")
    func descriptors() async throws {
        let outcome = try await run("ls /proc/self/fd >&2; exit 1", inputs: [0])
        // `ls` opens one more to read the directory; the shell holds its script.
        let seen = outcome.log.split(separator: "\n").compactMap { Int($0) }
        #expect(Set([0, 1, 2, 3, 4]).isSubset(of: seen))
        #expect(seen.filter { $0 > 4 }.count <= 2)
    }

    @Test("limits are in force")
    func limits() async throws {
        let outcome = try await run(
            "for name in c t n v; do ulimit -$name >&2; done; exit 1",
            limits: ProcessLimits(
                addressSpaceBytes: 1 << 30, cpuSeconds: 77, openFiles: 33, silenceSeconds: 5))
        #expect(outcome.log == "0\n77\n33\n1048576\n")
    }

    @Test("cancelling the task ends the worker within a second")
    func cancellation() async throws {
        let start = ContinuousClock.now
        let outcome = try await withThrowingTaskGroup(of: WorkerOutcome.self) { group in
            group.addTask { try await run("sleep 30") }
            try await Task.sleep(for: .milliseconds(300))
            group.cancelAll()
            return try #require(try await group.next())
        }
        #expect(try failure(outcome).category == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test("runs leak no descriptors")
    func leaks() async throws {
        func open() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        _ = try await run("exit 0")
        let before = try open()
        for _ in 0..<100 { _ = try await run("exit 0") }
        // Other suites open some in the meantime; a leak would be one a run at least.
        #expect(try open() < before + 80)
    }
}

extension Confinement {
    /// All that there is.
    static let whole = Confinement(
        noNewPrivileges: true, seccomp: true, landlock: 7,
        limits: ConfinementLimits(
            addressSpaceBytes: 1 << 33, cpuSeconds: 3600, fileBytes: 1 << 36, openFiles: 64,
            coreBytes: 0))

    func with(_ change: (inout Confinement) -> Void) -> Confinement {
        var changed = self
        change(&changed)
        return changed
    }
}
