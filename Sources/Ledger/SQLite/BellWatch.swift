import Foundation
import Glibc
import Synchronization

/// Listens to a ledger's bell by inotify(7), in a thread of its own.
final class BellWatch: LedgerWatch {
    /// Closing it wakes the thread, which then ends.
    private let end: Mutex<Int32?>

    init(ledger path: String, _ onChange: @escaping @Sendable () -> Void) throws(LedgerFailure) {
        let events = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        var ends: [Int32] = [-1, -1]
        let mask = UInt32(IN_MODIFY)
        guard events >= 0,
            inotify_add_watch(events, Bell.name(ledger: path), mask) >= 0,
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else {
            let reason = errno
            if events >= 0 { close(events) }
            throw LedgerFailure(
                .unreachable,
                "\(path): the ledger cannot be watched (errno \(reason)). Raise "
                    + "fs.inotify.max_user_instances, or end some programs.")
        }
        end = Mutex(ends[1])
        let wake = ends[0]
        Thread { BellWatch.follow(events, wake, onChange) }.start()
    }

    deinit { cancel() }

    func cancel() {
        end.withLock { end in
            if let open = end { close(open) }
            end = nil
        }
    }

    /// Until the other end of `wake` is closed; then closes both.
    private static func follow(
        _ events: Int32, _ wake: Int32, _ onChange: @Sendable () -> Void
    ) {
        defer {
            close(events)
            close(wake)
        }
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            var waits = [
                pollfd(fd: events, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, 2, -1) >= 0 || errno == EINTR else { return }
            if waits[1].revents != 0 { return }
            // All that has gathered by now is one change.
            while read(events, &buffer, buffer.count) > 0 {}
            onChange()
        }
    }
}

extension SQLiteLedger {
    public func watch(
        _ onChange: @escaping @Sendable () -> Void
    ) throws(LedgerFailure) -> any LedgerWatch {
        try BellWatch(ledger: path, onChange)
    }
}
