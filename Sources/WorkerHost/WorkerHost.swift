import Foundation
import Synchronization
public import WorkerProtocol

/// Starts, confines, feeds, watches and ends worker processes, one for each call.
public struct WorkerHost: Sendable {
    private let zygotes: Zygotes?

    /// Workers are forked from `zygotes`; where that cannot be, and with nil, each is started as a program.
    public init(zygotes: Zygotes? = .shared) { self.zygotes = zygotes }

    /// Has a program's zygote started, so that the first worker need not wait for it; returns at once.
    public func prepare(_ executable: String) {
        guard let seat = zygotes?.seat(of: executable) else { return }
        Thread.detachNewThread { seat.prepare() }
    }

    /// Runs one worker to its end. Cancelling the task kills it; it is always reaped.
    ///
    /// The kernel kills a worker when the thread that started it ends. That of a zygote's workers never does; for those
    /// that are started as programs, each run has a thread of its own that lives as long as the worker.
    /// It calls back, with `onNote` for each line of the worker's log too, and must not be kept waiting there.
    public func run(
        _ launch: WorkerLaunch, onProgress: @escaping @Sendable (WorkProgress) -> Void,
        onNote: @escaping @Sendable (WorkerNote) -> Void = { _ in }
    ) async -> WorkerOutcome {
        let switchOff = CancellationSwitch()
        let zygotes = zygotes
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread {
                    blockBrokenPipeSignal()
                    let outcome = WorkerWatch.run(
                        launch, zygotes: zygotes, cancellation: switchOff,
                        onProgress: onProgress, onNote: onNote)
                    continuation.resume(returning: outcome)
                }
                thread.name = "worker"
                thread.start()
            }
        } onCancel: {
            switchOff.throwSwitch()
        }
    }
}

/// Wakes a watching thread when its task is cancelled.
final class CancellationSwitch: Sendable {
    private struct State {
        var isThrown = false
        var wakeDescriptor: Int32?
    }
    private let state = Mutex(State())

    var isThrown: Bool { state.withLock { $0.isThrown } }

    func throwSwitch() {
        state.withLock {
            $0.isThrown = true
            if let descriptor = $0.wakeDescriptor { _ = write(descriptor, "x", 1) }
        }
    }

    /// Connects the pipe to write to; nil before the pipe is closed.
    func connect(_ descriptor: Int32?) {
        state.withLock {
            $0.wakeDescriptor = descriptor
            if let descriptor, $0.isThrown { _ = write(descriptor, "x", 1) }
        }
    }
}

/// Makes a write to a worker that is gone an error of this thread, and not the node's death.
private func blockBrokenPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
