public import ArtifactStore
import Foundation
public import Ledger
public import Logging
public import Scheduler
import TranscodeModel
import WorkerHost

/// A node: the shell around `NodeCore`. It tells the core what happens, performs what the core decides, and decides
/// nothing itself.
///
/// It may be killed at any moment. What it had committed stays; what it had leased is leased again
/// by the next node that looks.
public struct Node: Sendable {
    let ledger: any Ledger
    let store: any ArtifactStore
    let options: NodeOptions
    let board: ProgressBoard
    let shutdown: ShutdownSwitch
    let logger: Logger

    public init(
        ledger: any Ledger, store: any ArtifactStore, options: NodeOptions, board: ProgressBoard,
        shutdown: ShutdownSwitch, logger: Logger
    ) {
        self.ledger = ledger
        self.store = store
        self.options = options
        self.board = board
        self.shutdown = shutdown
        self.logger = logger
    }

    /// Works until there is nothing left to do or it is asked to end. Throws a `LedgerFailure` that it cannot
    /// work with; its workers are ended then.
    public func run() async throws -> NodeEnding {
        WorkerHost().prepare(options.workerExecutable)
        let inbox = Inbox()
        let watch = try ledger.watch { inbox.put(.changed) }
        defer { watch.cancel() }
        shutdown.onPress { inbox.put(.shutdown($0)) }
        let identity = NodeIdentity.current(workers: options.policy.workers)
        let performer = EffectPerformer(node: self, identity: identity, inbox: inbox)
        // After the last attempt has ended.
        defer { performer.logs.finishWriting() }
        let ending = try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let core = NodeCore(identity: identity, policy: options.policy)
            group.addTask { try await tick(inbox) }
            group.addTask { await careForEarlyOutputs() }
            return try await loop(core, performer, inbox, &group)
        }
        // After the last attempt has ended, too.
        await removeEarlyOutputs()
        if case .ledgerFailed(let failure) = ending { throw failure }
        return ending
    }

    private func loop(
        _ fresh: NodeCore, _ performer: EffectPerformer, _ inbox: Inbox,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws -> NodeEnding {
        var core = fresh
        var generator = SystemRandomNumberGenerator()
        var lastWake: Int64?
        inbox.put(.started)
        for await _ in inbox.bell {
            var effects: [NodeEffect] = []
            for event in inbox.takeAll() {
                effects += core.step(event, now: Node.now(), using: &generator)
            }
            if let ending = performer.perform(effects, &group) { return ending }
            if let wake = core.wakeAt, wake != lastWake {
                lastWake = wake
                group.addTask { try await Node.tick(inbox, at: wake) }
            }
        }
        throw CancellationError()
    }

    private static let earlyCareSeconds = 2.0

    /// Jobs end in many ways, in this node, in others and by a person: what they had made playable is looked for.
    private func careForEarlyOutputs() async {
        while !Task.isCancelled {
            await removeEarlyOutputs()
            do { try await Task.sleep(for: .seconds(Self.earlyCareSeconds)) } catch { return }
        }
    }

    private func removeEarlyOutputs() async {
        do {
            let (ledger, store) = (ledger, store)
            try await offPool { try EarlyRemoval(ledger: ledger, store: store).run() }
        } catch {
            logger.warning(
                "what a job had made playable, and will not finish, cannot be taken away now; it is tried again",
                metadata: ["reason": "\(error)"])
        }
    }

    /// Milliseconds of a clock that never goes back.
    private static func now() -> Int64 {
        Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000)
    }

    private static func tick(_ inbox: Inbox, at time: Int64) async throws {
        try await Task.sleep(for: .milliseconds(max(0, time - now())))
        inbox.put(.tick)
    }

    private func tick(_ inbox: Inbox) async throws {
        while true {
            try await Task.sleep(for: .milliseconds(options.tickMilliseconds))
            inbox.put(.tick)
        }
    }
}
