import CLibAV
import Glibc
import Synchronization

/// Sends libav's warnings and errors to the worker's log descriptor, up to a limit.
enum LogSink {
    /// Installs the sink; call once, before any other libav function.
    static func install() {
        reelmill_log_install(AV_LOG_WARNING) { _, line in
            guard let line else { return }
            if strstr(line, "exceeds max_streams") != nil {
                tooManyStreams.store(true, ordering: .relaxed)
            }
            guard logBudget.take(strlen(line)) else { return }
            _ = write(STDERR_FILENO, line, strlen(line))
        }
    }
}

/// Set for good: libav answers as if memory were missing, and says the reason in its log alone.
private let tooManyStreams = Atomic<Bool>(false)

extension LogSink {
    /// Whether a file was found to have more streams than were allowed.
    static var sawTooManyStreams: Bool { tooManyStreams.load(ordering: .relaxed) }
}

/// Bytes of log still allowed, so that a hostile source cannot fill the host's log.
private let logBudget = LogBudget()

private final class LogBudget: Sendable {
    private let left = Atomic<Int>(256 << 10)
    func take(_ bytes: Int) -> Bool {
        left.subtract(bytes, ordering: .relaxed).newValue >= 0
    }
}
