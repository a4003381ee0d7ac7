import Foundation
import Logging
import Node
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
    /// From which level on the node's log goes to standard error; `REELMILL_LOG` has the last word.
    var logLevel = Logger.Level.warning

    /// Returns the signal that ended it, or nil when nothing was left to do.
    func run() async throws -> ExitStatus? {
        let shutdown = ShutdownSwitch()
        let board = ProgressBoard()
        let node = Node(
            ledger: workplace.ledger, store: workplace.store,
            options: NodeOptions(
                workers: workers,
                workerExecutable: WorkerLocation.find(override: workplace.settings.workerPath),
                memoryBytes: Machine.budgetBytes, jobs: jobs, endsWhenIdle: endsWhenIdle),
            board: board, shutdown: shutdown, logger: logger())
        let display = ProgressDisplay(ledger: workplace.ledger, board: board, jobs: jobs)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: SessionEvent.self) { group in
            group.addTask { .ended(try await node.run()) }
            group.addTask {
                for await signal in signals { return .signal(signal) }
                return .quiet
            }
            group.addTask {
                try await display.run()
                return .quiet
            }
            var received: ExitStatus?
            for try await event in group {
                switch event {
                case .signal(let signal):
                    received = received ?? (signal == .sigterm ? .terminated : .interrupted)
                    shutdown.press()
                    Console.note(
                        shutdown.level == .drain
                            ? "reelmill: draining: short tasks end, the others are handed back. "
                                + "Once more to stop at once."
                            : "reelmill: stopping.")
                    group.addTask {
                        for await signal in signals { return .signal(signal) }
                        return .quiet
                    }
                case .ended(let ending):
                    group.cancelAll()
                    return ending == .idle ? nil : received ?? .interrupted
                case .quiet: break
                }
            }
            return received
        }
    }

    private enum SessionEvent: Sendable {
        case ended(NodeEnding)
        case signal(UnixSignal)
        case quiet
    }

    private func logger() -> Logger {
        var logger = Logger(label: "reelmill") { _ in ConsoleLogHandler() }
        let named = ProcessInfo.processInfo.environment["REELMILL_LOG"] ?? ""
        logger.logLevel = Logger.Level(rawValue: named) ?? logLevel
        return logger
    }
}
