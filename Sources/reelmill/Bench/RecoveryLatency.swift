import Foundation
import Glibc
import Ledger
import Logging
import Node
import Scheduler
import TranscodeModel
import WorkerHost

/// How long real work waits: from an enqueue until a worker process runs for it, and from the SIGKILL of that worker
/// until the next one runs. Node, ledger and store are the real ones, in this process; the worker is a process that
/// only waits, so that it is there to be killed.
struct RecoveryLatency {
    struct Report: Encodable {
        var rounds: Int
        /// Milliseconds, each round's.
        var submitToRunning: [Double]
        var killToRunning: [Double]

        func percentile(_ values: [Double], _ share: Double) -> Double {
            let sorted = values.sorted()
            guard !sorted.isEmpty else { return 0 }
            return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
        }
    }

    let rounds: Int
    /// A directory of its own.
    let folder: String
    let settings: Settings

    func measure() async throws -> Report {
        var own = settings
        own.stateDirectory = folder + "/state"
        let workplace = try Workplace.open(own)
        let shutdown = ShutdownSwitch()
        let node = Node(
            ledger: workplace.ledger, store: workplace.store,
            options: NodeOptions(
                policy: NodePolicy(
                    workers: 1, memoryBytes: Machine.budgetBytes, endsWhenIdle: false),
                workerExecutable: try waitingWorker()),
            board: ProgressBoard(), shutdown: shutdown,
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: NodeEnding.self) { group in
            group.addTask { try await node.run() }
            let report = try await rounds(own)
            shutdown.press()
            shutdown.press()
            for try await _ in group {}
            return report
        }
    }

    /// A worker that says its number as soon as it runs, and then only waits.
    private func waitingWorker() throws -> String {
        let path = folder + "/waiting-worker"
        try Data("#!/bin/sh\necho $$ > '\(folder)/bell'\nexec sleep 60\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Enqueues over a connection of its own, as another process would.
    private func rounds(_ own: Settings) async throws -> Report {
        let outside = try Workplace.open(own)
        let profile = try ProfileLoading.load("mp4")
        let bell = try openBell()
        defer { close(bell) }
        var report = Report(rounds: rounds, submitToRunning: [], killToRunning: [])
        for round in 0..<rounds {
            let clip = "\(folder)/clip-\(round).bin"
            // What it holds does not matter, for nobody reads it. Each is another upload.
            try Data("upload \(round)".utf8).write(to: URL(fileURLWithPath: clip))
            let submitted = DispatchTime.now()
            let job = try Enlistment(workplace: outside, profile: profile)
                .enlist(clip, to: "\(folder)/out-\(round)").job
            let first = try await nextWorker(bell)
            report.submitToRunning.append(Self.milliseconds(since: submitted))
            kill(first, SIGKILL)
            let killed = DispatchTime.now()
            let second = try await nextWorker(bell)
            report.killToRunning.append(Self.milliseconds(since: killed))
            _ = try outside.ledger.cancel(job, reason: "measured")
            while kill(second, 0) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try FileManager.default.removeItem(atPath: clip)
        }
        return report
    }

    private static func milliseconds(since start: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e6
    }

    private func openBell() throws -> Int32 {
        let path = folder + "/bell"
        let descriptor = mkfifo(path, 0o600) == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1
        guard descriptor >= 0 else {
            throw CommandFault(.unreachable, "\(path): cannot make a pipe there")
        }
        return descriptor
    }

    /// Waits for a worker to say its number, on a thread of its own, so that the node has all others.
    private func nextWorker(_ bell: Int32) async throws -> pid_t {
        let line = await withCheckedContinuation { continuation in
            Thread {
                var poll = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
                var buffer = [UInt8](repeating: 0, count: 32)
                let count = Glibc.poll(&poll, 1, 10_000) > 0 ? read(bell, &buffer, 32) : 0
                continuation.resume(
                    returning: String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self))
            }.start()
        }
        guard let number = pid_t(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CommandFault(.jobFailed, "no worker was started within ten seconds")
        }
        return number
    }
}
