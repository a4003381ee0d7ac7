import Ledger
import Node
import TranscodeModel
import UnixSignals

/// A conductor, with a node beside it in the same process, or alone.
struct BackfillSession {
    enum Ending {
        case conducted(BackfillConductor.Ending)
        case signal(ExitStatus)
    }

    let workplace: Workplace
    let record: BackfillRecord
    let workers: Int
    let isNode: Bool

    /// Until the conductor is done, or a signal comes.
    func run() async throws -> Ending {
        isNode ? try await runWithNode() : try await runAlone()
    }

    /// In a task of its own, which nothing else of the conductor leaves.
    private func conduct(_ board: BackfillBoard) async throws -> BackfillConductor.Ending {
        try await BackfillConductor(workplace, record, workers: workers, board: board).conduct()
    }

    private enum Part {
        case conductor(BackfillConductor.Ending)
        case node(ExitStatus?)
    }

    private func runWithNode() async throws -> Ending {
        let board = BackfillBoard()
        let shutdown = ShutdownSwitch()
        let node = NodeSession(
            workplace: workplace, jobs: nil, workers: workers, endsWhenIdle: false,
            shutdown: shutdown, headline: { board.line })
        return try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { .conductor(try await conduct(board)) }
            group.addTask { .node(try await node.run()) }
            var ending: BackfillConductor.Ending?
            while let part = try await group.next() {
                switch part {
                case .conductor(let conducted):
                    ending = conducted
                    shutdown.press()
                case .node(let signal):
                    if let signal {
                        group.cancelAll()
                        return .signal(signal)
                    }
                    if let ending { return .conducted(ending) }
                }
            }
            preconditionFailure("a session ends with its node")
        }
    }

    private func runAlone() async throws -> Ending {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let board = BackfillBoard()
        return try await withThrowingTaskGroup(of: Ending?.self) { group in
            group.addTask { .conducted(try await conduct(board)) }
            group.addTask {
                for await signal in signals {
                    return .signal(signal == .sigterm ? .terminated : .interrupted)
                }
                return nil
            }
            for try await case let ending? in group {
                group.cancelAll()
                return ending
            }
            preconditionFailure("a conductor ends with an ending or an error")
        }
    }
}
