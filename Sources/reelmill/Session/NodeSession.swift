import ArtifactStore
import Foundation
import Ledger
import Logging
import Node
import Scheduler
import Synchronization
import TranscodeModel
import UnixSignals
import WorkerHost

/// Runs a node in this process, with progress on standard error and signals heeded: the first drains,
/// the second stops.
struct NodeSession {
    let workplace: Workplace
    /// Only these jobs; nil for all.
    var jobs: Set<JobID>?
    var workers: Int
    var endsWhenIdle: Bool
    /// Pressed by who runs it, it ends too.
    var shutdown = ShutdownSwitch()
    /// A line above those of the jobs.
    var headline: @Sendable () -> String? = { nil }
    /// From which level on the node's log goes to standard error; `REELMILL_LOG` has the last word.
    var logLevel = Logger.Level.warning
    /// What the node works with in place of the workplace's own, so that its calls can be measured.
    var ledger: (any Ledger)?
    var store: (any ArtifactStore)?

    /// Returns the signal that ended it, or nil when nothing was left to do or who runs it has ended it.
    func run() async throws -> ExitStatus? {
        let board = ProgressBoard()
        let node = Node(
            ledger: ledger ?? workplace.ledger, store: store ?? workplace.store,
            options: NodeOptions(
                policy: try policy(),
                workerExecutable: WorkerLocation.find(override: workplace.settings.workerPath),
                limits: workplace.settings.limits, sandbox: workplace.settings.sandbox),
            board: board, shutdown: shutdown, logger: try logger())
        let display = ProgressDisplay(
            ledger: workplace.ledger, board: board, jobs: jobs, headline: headline)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let received = FirstSignal()
        return try await withThrowingTaskGroup(of: NodeEnding?.self) { group in
            group.addTask { try await node.run() }
            group.addTask {
                for await signal in signals {
                    received.note(signal == .sigterm ? .terminated : .interrupted)
                    shutdown.press()
                    Console.note(
                        shutdown.level == .drain
                            ? "reelmill: draining: short tasks end, the others are handed back. "
                                + "Once more to stop at once."
                            : "reelmill: stopping.")
                }
                return nil
            }
            group.addTask {
                try await display.run()
                return nil
            }
            for try await case let ending? in group {
                group.cancelAll()
                return ending == .idle ? nil : received.status
            }
            preconditionFailure("the node ends with an ending or an error")
        }
    }

    private func policy() throws -> NodePolicy {
        var policy = NodePolicy(
            workers: workers, memoryBytes: Machine.budgetBytes, jobs: jobs,
            endsWhenIdle: endsWhenIdle, disk: workplace.settings.disk)
        // For tests, which cannot wait half a minute for a lease to run out.
        let named = ProcessInfo.processInfo.environment["REELMILL_LEASE_MS"] ?? ""
        guard !named.isEmpty else { return policy }
        guard let milliseconds = Int64(named), (100...3_600_000).contains(milliseconds) else {
            throw CommandFault(
                .usage,
                "REELMILL_LEASE_MS must be a whole number from 100 to 3600000, not “\(named)”")
        }
        policy.leaseMilliseconds = milliseconds
        policy.renewMilliseconds = milliseconds / 5
        policy.careMilliseconds = min(policy.careMilliseconds, milliseconds / 5)
        return policy
    }

    private func logger() throws -> Logger {
        var logger = Logger(label: "reelmill") { _ in ConsoleLogHandler() }
        logger.logLevel = logLevel
        let named = ProcessInfo.processInfo.environment["REELMILL_LOG"] ?? ""
        guard !named.isEmpty else { return logger }
        guard let level = Logger.Level(rawValue: named) else {
            throw CommandFault(
                .usage,
                "REELMILL_LOG must be one of "
                    + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                    + ", not “\(named)”")
        }
        logger.logLevel = level
        return logger
    }
}

/// Which signal came first: that one names the exit code.
private final class FirstSignal: Sendable {
    private let state = Mutex<ExitStatus?>(nil)
    var status: ExitStatus? { state.withLock { $0 } }
    func note(_ status: ExitStatus) { state.withLock { $0 = $0 ?? status } }
}
