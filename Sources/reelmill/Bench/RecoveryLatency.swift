import Foundation
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

    private func waitingWorker() throws -> String {
        let path = folder + "/waiting-worker"
        try Data("#!/bin/sh\nexec sleep 60\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Enqueues over a connection of its own, as another process would.
    private func rounds(_ own: Settings) async throws -> Report {
        let outside = try Workplace.open(own)
        let profile = try ProfileLoading.load("mp4")
        var report = Report(rounds: rounds, submitToRunning: [], killToRunning: [])
        for round in 0..<rounds {
            let clip = "\(folder)/clip-\(round).bin"
            // What it holds does not matter, for nobody reads it. Each is another upload.
            try Data("upload \(round)".utf8).write(to: URL(fileURLWithPath: clip))
            let submitted = DispatchTime.now()
            let job = try Enlistment(workplace: outside, profile: profile)
                .enlist(clip, to: "\(folder)/out-\(round)").job
            let first = try await worker(besides: nil)
            report.submitToRunning.append(Self.milliseconds(since: submitted))
            kill(first, SIGKILL)
            let killed = DispatchTime.now()
            _ = try await worker(besides: first)
            report.killToRunning.append(Self.milliseconds(since: killed))
            _ = try outside.ledger.cancel(job, reason: "measured")
            try await quiet()
            try FileManager.default.removeItem(atPath: clip)
        }
        return report
    }

    private static func milliseconds(since start: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e6
    }

    /// Waits until a worker runs, other than the one that was killed.
    private func worker(besides killed: pid_t?) async throws -> pid_t {
        for _ in 0..<100_000 {
            if let child = children().first(where: { $0 != killed }) { return child }
            try await Task.sleep(for: .microseconds(100))
        }
        throw CommandFault(.jobFailed, "no worker was started within ten seconds")
    }

    private func quiet() async throws {
        while !children().isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// Processes that this one has started; each thread lists its own (proc(5)).
    private func children() -> [pid_t] {
        var found: [pid_t] = []
        let threads = FileManager.default.enumerator(atPath: "/proc/self/task")
        threads?.skipDescendants()
        while let thread = threads?.nextObject() as? String {
            threads?.skipDescendants()
            guard
                let data = FileManager.default.contents(
                    atPath: "/proc/self/task/\(thread)/children")
            else { continue }
            found += String(decoding: data, as: UTF8.self).split(separator: " ").compactMap {
                pid_t($0)
            }
        }
        return found
    }
}
