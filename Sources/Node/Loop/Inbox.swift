import Scheduler
import Synchronization

/// Events on their way to a node's core, from any thread. Whoever takes them takes all that wait.
final class Inbox: Sendable {
    private let waiting = Mutex<[NodeEvent]>([])
    /// A bell that rings when something waits; ringing twice is ringing once.
    let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init() {
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func put(_ event: NodeEvent) {
        waiting.withLock { events in
            // Time and news are the same twice.
            switch event {
            case .tick, .changed: if events.contains(event) { return }
            default: break
            }
            events.append(event)
        }
        ring.yield()
    }

    func takeAll() -> [NodeEvent] {
        waiting.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
