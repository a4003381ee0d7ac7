import Glibc
import Synchronization

/// The zygotes of this process: for each worker program one process that has loaded everything, and of which each worker
/// is forked in about a millisecond instead of being loaded anew.
///
/// Each is started when a worker is first wanted, and ends with this process.
public final class Zygotes: Sendable {
    /// Those that all hosts of this process use unless told otherwise.
    public static let shared = Zygotes()

    private let seats = Mutex<[String: ZygoteSeat]>([:])
    private let patienceSeconds: Int

    /// A zygote answers within milliseconds; one that has not in `patienceSeconds` is ended, and another started.
    public init(patienceSeconds: Int = 30) { self.patienceSeconds = patienceSeconds }

    /// CPU-seconds that those which run now have used by themselves; their workers are children of this process. Those
    /// that have ended are among the children that this process has awaited.
    public var cpuSeconds: Double {
        let running = seats.withLock { $0.values.compactMap(\.process) }
        return running.reduce(0) { sum, process in
            var clock = clockid_t()
            var time = timespec()
            guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
                return sum
            }
            return sum + Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
    }

    func seat(of executable: String) -> ZygoteSeat {
        seats.withLock { seats in
            if let seat = seats[executable] { return seat }
            let seat = ZygoteSeat(
                executable: executable, patienceSeconds: patienceSeconds)
            seats[executable] = seat
            return seat
        }
    }
}
