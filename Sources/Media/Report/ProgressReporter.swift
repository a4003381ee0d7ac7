import Foundation
import Glibc
import Synchronization
public import TranscodeModel
public import WorkerProtocol

/// Writes events to a descriptor: progress every half second, then one last event.
public final class ProgressReporter: Sendable {
    private struct State {
        var progress = WorkProgress(done: 0, bytes: 0)
        var isFinished = false
    }
    private let state = Mutex(State())
    private let descriptor: Int32

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes an event before the first progress. False if the host no longer reads.
    public func tell(_ event: WorkerEvent) -> Bool { state.withLock { _ in send(event) } }

    /// Starts the thread that reports; it ends after `finish`.
    public func start() throws(Failure) {
        // Not Foundation's, which takes longer to start than a small unit may take in all.
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let reporter = Unmanaged<ProgressReporter>.fromOpaque(context).takeRetainedValue()
                repeat { usleep(500_000) } while reporter.reportProgress()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            throw Failure(
                .outOfMemory, .workerOutOfMemory,
                "The worker cannot start a thread (\(String(cString: strerror(code)))).")
        }
        pthread_detach(thread)
    }

    /// Sets what the next progress event says.
    public func update(done: Int, bytes: Int64) {
        state.withLock { $0.progress = WorkProgress(done: done, bytes: bytes) }
    }

    /// Writes the last event. False if the host no longer reads.
    public func finish(_ event: WorkerEvent) -> Bool {
        state.withLock {
            $0.isFinished = true
            return send(event)
        }
    }

    private func reportProgress() -> Bool {
        state.withLock { $0.isFinished ? false : send(.progress($0.progress)) }
    }

    private func send(_ event: WorkerEvent) -> Bool {
        let framed: Data
        do { framed = try Framing.frame(event) } catch {
            preconditionFailure("an event of ours cannot be encoded: \(error)")
        }
        var rest = framed[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
