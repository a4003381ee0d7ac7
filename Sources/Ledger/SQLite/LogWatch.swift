import Foundation
import Glibc
import Synchronization

/// Watches the directory of a ledger for writes to its write-ahead log, by inotify(7), in a thread of its own.
final class LogWatch: LedgerWatch {
    /// Closing it wakes the thread, which then ends.
    private let end: Mutex<Int32?>

    init(ledger path: String, _ onChange: @escaping @Sendable () -> Void) throws(LedgerFailure) {
        let url = URL(fileURLWithPath: path)
        let events = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        var ends: [Int32] = [-1, -1]
        let mask = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)
        guard events >= 0,
            inotify_add_watch(events, url.deletingLastPathComponent().path, mask) >= 0,
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
        let name = Array((url.lastPathComponent + "-wal").utf8)
        let wake = ends[0]
        Thread { LogWatch.follow(events, wake, name, onChange) }.start()
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
        _ events: Int32, _ wake: Int32, _ name: [UInt8], _ onChange: @Sendable () -> Void
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
            var isOurs = false
            while true {
                let count = read(events, &buffer, buffer.count)
                guard count > 0 else { break }
                isOurs = isOurs || LogWatch.names(name, in: buffer[..<count])
            }
            if isOurs { onChange() }
        }
    }

    /// Whether one of the events is about the file of this name, or some were lost.
    private static func names(_ name: [UInt8], in buffer: ArraySlice<UInt8>) -> Bool {
        let header = 16
        var place = buffer.startIndex
        while place + header <= buffer.endIndex {
            let fields = buffer[place..<place + header].withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                    $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
                )
            }
            let end = min(place + header + Int(fields.1), buffer.endIndex)
            if fields.0 & UInt32(IN_Q_OVERFLOW) != 0 { return true }
            if buffer[place + header..<end].prefix(while: { $0 != 0 }).elementsEqual(name) {
                return true
            }
            place = end
        }
        return false
    }
}

extension SQLiteLedger {
    public func watch(
        _ onChange: @escaping @Sendable () -> Void
    ) throws(LedgerFailure) -> any LedgerWatch {
        try LogWatch(ledger: path, onChange)
    }
}
