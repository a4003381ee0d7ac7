import Logging
import Synchronization

/// Removes what is condemned beside the node's loop, which must not wait for it: one removal at a time, until there is
/// nothing left or the node ends.
final class BackgroundRemoval: Sendable {
    private let isRunning = Atomic(false)
    private let isOver = Atomic(false)

    func start(
        _ removal: ArtifactRemoval, _ logger: Logger,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        guard
            isRunning.compareExchange(expected: false, desired: true, ordering: .acquiring)
                .exchanged
        else { return }
        group.addTask {
            await withTaskCancellationHandler {
                await self.run(removal, logger)
            } onCancel: {
                self.isOver.store(true, ordering: .relaxed)
            }
        }
    }

    private func run(_ removal: ArtifactRemoval, _ logger: Logger) async {
        do {
            let count = try await offPool {
                try removal.finish { !self.isOver.load(ordering: .relaxed) }
            }
            if count.artifacts > 0 {
                logger.notice(
                    "removed artifacts that a collection had given up",
                    metadata: ["artifacts": "\(count.artifacts)", "bytes": "\(count.bytes)"])
            }
        } catch {
            logger.warning(
                "what a collection gave up cannot be removed now; the next one tries again",
                metadata: ["reason": "\(error)"])
        }
        isRunning.store(false, ordering: .releasing)
    }
}
