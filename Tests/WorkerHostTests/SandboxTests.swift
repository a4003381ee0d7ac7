import Foundation
import Glibc
import Testing
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// How an attempt ended.
enum Ending: Hashable {
    case success
    case refused(Int32)
    /// The process was killed by SIGSYS.
    case killed
    case failed(FailureCode)
}

/// Real attempts at a real sandbox: `reelmill-inmate` enters what `reelmill-worker` enters.
@Suite("Sandbox: a worker reaches nothing but what it was given (I13)", .serialized)
struct SandboxTests {
    static let deadly = [
        "creat", "unlink", "rename", "mkdir", "symlink", "link", "chmod", "fchmod-source",
        "truncate",
        "chdir", "inotify", "mount", "chroot", "open-by-handle", "ioctl-tiocsti", "ioctl-wide",
        "kill-parent", "kill-all", "kill-group", "tgkill-parent", "tkill-parent", "execve",
        "execveat",
        "ptrace-parent", "process-vm-readv", "pidfd-open", "pidfd-getfd", "unshare", "setns",
        "fork",
        "fork-call", "clone-process", "vfork", "posix-spawn", "socket-inet", "socket-inet6",
        "socket-unix", "socket-netlink", "connect", "bind", "mmap-exec", "mprotect-exec",
        "memfd-create", "io-uring", "bpf", "perf-event", "keyctl", "setrlimit", "setrlimit-call",
        "personality", "userfaultfd", "shmget",
    ]
    /// What libraries try is refused without ending them; each succeeds without the sandbox.
    static let harmless: [(String, Int32)] = [
        ("open-read", EACCES), ("open-write", EACCES), ("open-create", EACCES),
        ("open-directory", EACCES), ("open-own-memory", EACCES), ("open-passwd", EACCES),
        ("access", EACCES), ("readlink", EACCES), ("prctl-dumpable", EPERM),
        ("fcntl-setown", EPERM),
    ]

    @Test("what only an attacker would do ends the worker", arguments: deadly)
    func killed(attempt: String) async throws {
        try await withPlace { place in
            let before = try contents(of: place)
            // From a zygote, and from the program itself.
            for zygotes in [Zygotes.shared, nil] {
                #expect(try await ending(attempt, place, zygotes: zygotes) == .killed)
            }
            #expect(try contents(of: place) == before)
            // The same attempt is survived without the sandbox, so that this test can fail.
            let free = try await ending(attempt, place, layers: "none")
            switch free {
            case .success, .refused: break
            case .killed, .failed: Issue.record("\(attempt) without a sandbox: \(free)")
            }
        }
    }

    @Test("what libraries try and can do without is refused", arguments: harmless)
    func refused(attempt: String, reason: Int32) async throws {
        try await withPlace { place in
            let before = try contents(of: place)
            for zygotes in [Zygotes.shared, nil] {
                #expect(
                    try await ending(attempt, place, zygotes: zygotes) == .refused(reason))
            }
            #expect(try contents(of: place) == before)
            #expect(try await ending(attempt, place, layers: "none") == .success)
        }
    }

    @Test("the upload cannot even be opened again by its own path")
    func source() async throws {
        try await withPlace { place in
            let source = open(place + "/victim", O_RDONLY | O_CLOEXEC)
            defer { close(source) }
            let again = try await ending("open-read", place, inputs: [source])
            #expect(again == .refused(EACCES))
            let changed = try await ending("fchmod-source", place, inputs: [source])
            #expect(changed == .killed)
        }
    }

    @Test(
        "Landlock holds without seccomp",
        arguments: [
            ("open-read", EACCES), ("open-write", EACCES), ("open-create", EACCES),
            ("open-directory", EACCES), ("open-passwd", EACCES), ("unlink", EACCES),
            ("rename", EACCES), ("mkdir", EACCES), ("symlink", EACCES), ("truncate", EACCES),
            ("bind-port", EACCES), ("kill-parent", EPERM), ("ptrace-parent", EPERM),
            ("execve-true", EACCES),
        ])
    func landlock(attempt: String, reason: Int32) async throws {
        try await withPlace { place in
            let before = try contents(of: place)
            #expect(try await ending(attempt, place, layers: "landlock") == .refused(reason))
            #expect(try contents(of: place) == before)
            let free = try await ending(attempt, place, layers: "none")
            // A program that was executed has no result to tell.
            #expect(free == (attempt == "execve-true" ? .failed(.workerProtocol) : .success))
        }
    }

    @Test(
        "clone3 is absent, so that the C library starts threads by clone, whose flags can be seen")
    func clone3() async throws {
        #expect(try await ending("clone3") == .refused(ENOSYS))
        #expect(try await ending("thread") == .success)
    }

    @Test("what computing takes is allowed", arguments: ["tgkill-self", "prctl-name", "getrlimit"])
    func allowed(attempt: String) async throws {
        #expect(try await ending(attempt) == .success)
    }

    @Test("a crash keeps its name", arguments: [("abort", "SIGABRT"), ("segfault", "SIGSEGV")])
    func crash(attempt: String, name: String) async throws {
        guard case .failure(let failure) = try await outcome(attempt, "/").result else {
            Issue.record("\(attempt) succeeded")
            return
        }
        #expect(failure.code == .workerCrashed && failure.message.contains(name))
    }

    @Test("memory, processor time, file size and descriptors end where the limits are")
    func limits() async throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "staging-\(UUID().uuidString)").path
        let scratch = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        try #require(scratch >= 0)
        unlink(path)
        defer { close(scratch) }
        var limits = ProcessLimits(
            addressSpaceBytes: 2 << 30, cpuSeconds: 1, fileBytes: 1 << 20, openFiles: 64,
            silenceSeconds: 600, stallSeconds: 600)
        func end(_ attempt: String) async throws -> Ending {
            try await ending(attempt, limits: limits, staging: scratch)
        }
        #expect(try await end("mmap-2-gib") == .refused(ENOMEM))
        #expect(try await end("burn-2-seconds") == .failed(.workerStalled))
        #expect(try await end("write-4-mib") == .failed(.overLimit))
        #expect(try await end("dup-100") == .refused(EMFILE))
        limits = ProcessLimits(
            addressSpaceBytes: 8 << 30, cpuSeconds: 60, fileBytes: 1 << 30, openFiles: 256,
            silenceSeconds: 600, stallSeconds: 600)
        for attempt in ["mmap-2-gib", "burn-2-seconds", "write-4-mib", "dup-100"] {
            #expect(try await end(attempt) == .success)
        }
    }

    @Test("the worker says what is in force, with its limits")
    func told() async throws {
        let outcome = try await outcome(
            "getrlimit", "/", limits: ProcessLimits(openFiles: 33, silenceSeconds: 600))
        let told = try #require(outcome.confinement)
        #expect(told.seccomp && told.noNewPrivileges)
        #expect(told.limits.openFiles == 33 && told.limits.coreBytes == 0)
        #expect(told.limits.addressSpaceBytes == ProcessLimits().addressSpaceBytes)
    }

    @Test("the real worker, where there is no seccomp: refuses, or works and says so")
    func noSeccomp() async throws {
        let inmate = try TestPrograms.inmate()
        let worker = (inmate as NSString).deletingLastPathComponent + "/reelmill-worker"
        func describe(_ policy: SandboxPolicy, _ words: String) async throws -> WorkerOutcome {
            try await Self.withScript("exec '\(inmate)' \(words) '\(worker)' \"$@\"") { script in
                await WorkerHost().run(
                    WorkerLaunch(
                        executable: script,
                        request: WorkerRequest(job: .describe, limits: WorkerLimits()), inputs: [],
                        staging: nil, limits: ProcessLimits(), sandbox: policy),
                    onProgress: { _ in })
            }
        }
        guard case .failure(let failure) = try await describe(.required, "without-seccomp").result
        else {
            Issue.record("a worker without seccomp worked")
            return
        }
        #expect(failure.code == .sandboxUnavailable && failure.message.contains("seccomp"))
        let content = try await describe(.bestEffort, "without-seccomp")
        let result = try content.result.get()
        #expect(result.description != nil)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("seccomp"))
        #expect(content.confinement?.seccomp == false)
    }

    #if arch(x86_64)
        @Test("calls by the numbers of another architecture end the worker")
        func architectures() async throws {
            for attempt in ["call-of-x32", "call-of-i386"] {
                let free = try await ending(attempt, layers: "none")
                // A kernel without 32-bit programs ends this one in any case.
                if free == .failed(.workerCrashed) { continue }
                #expect(free != .killed)
                #expect(try await ending(attempt) == .killed)
            }
        }
    #endif
}

extension SandboxTests {
    /// An inmate says nothing while it works; on a busy machine that may take long.
    private static let patient = ProcessLimits(silenceSeconds: 600, stallSeconds: 600)

    private func ending(
        _ attempt: String, _ place: String = "/nowhere", layers: String? = nil,
        inputs: [Int32] = [], limits: ProcessLimits = Self.patient, staging: Int32? = nil,
        zygotes: Zygotes? = .shared
    ) async throws -> Ending {
        let outcome = try await outcome(
            attempt, place, layers: layers, inputs: inputs, limits: limits, staging: staging,
            zygotes: zygotes)
        switch outcome.result {
        case .success(let result):
            let code = try #require(result.warnings.first.flatMap { Int32($0) })
            return code == 0 ? .success : .refused(code)
        case .failure(let failure):
            return failure.message.contains("SIGSYS") ? .killed : .failed(failure.code)
        }
    }

    /// Starts an inmate as nodes start workers. For less than all layers, a script passes on the argument.
    private func outcome(
        _ attempt: String, _ place: String, layers: String? = nil, inputs: [Int32] = [],
        limits: ProcessLimits = Self.patient, staging: Int32? = nil, zygotes: Zygotes? = .shared
    ) async throws -> WorkerOutcome {
        let request = WorkerRequest(
            job: .probe(ProbeRequest(displayName: "\(attempt) \(place)")), limits: WorkerLimits())
        func run(_ executable: String) async -> WorkerOutcome {
            await WorkerHost(zygotes: zygotes).run(
                WorkerLaunch(
                    executable: executable, request: request, inputs: inputs, staging: staging,
                    limits: limits, sandbox: layers == nil ? .required : .bestEffort),
                onProgress: { _ in })
        }
        let inmate = try TestPrograms.inmate()
        guard let layers else { return await run(inmate) }
        return try await Self.withScript("exec '\(inmate)' \(layers)", run)
    }

    private static func withScript(
        _ line: String, _ body: (String) async throws -> WorkerOutcome
    ) async throws -> WorkerOutcome {
        let script = FileManager.default.temporaryDirectory
            .appending(path: "inmate-\(UUID().uuidString).sh").path
        try Data("#!/bin/sh\n\(line)\n".utf8).write(to: URL(filePath: script))
        defer { unlink(script) }
        chmod(script, 0o755)
        // A child that another test has just forked may hold the script open for writing until it execs.
        for _ in 0..<100 {
            let outcome = try await body(script)
            guard case .failure(let failure) = outcome.result,
                failure.message.contains(String(cString: strerror(ETXTBSY)))
            else { return outcome }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await body(script)
    }

    /// A directory with one file.
    private func withPlace(_ body: (String) async throws -> Void) async throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "place-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { remove(place) }
        try Data("untouched".utf8).write(to: place.appending(path: "victim"))
        try await body(place.path)
    }

    private func remove(_ place: URL) {
        #expect(throws: Never.self) { try FileManager.default.removeItem(at: place) }
    }

    private func contents(of place: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place).sorted().map { name in
            let path = place + "/" + name
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            return "\(name) \(mode ?? "") \(text)"
        }
    }
}
