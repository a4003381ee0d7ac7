import Glibc
import Synchronization

/// The ledger's own clock, in milliseconds since 1970: no other clock decides about leases.
public struct LedgerClock: Sendable {
    let read: @Sendable () -> Int64
    /// Tells the clock of a time that the ledger has recorded.
    let observe: @Sendable (Int64) -> Void

    /// A clock that is what it reads, for tests and simulations.
    public init(_ read: @escaping @Sendable () -> Int64) {
        self.read = read
        observe = { _ in }
    }

    /// The machine's clock, made steady: it runs on while the machine's is set to another time, and is never before the
    /// newest time in the ledger. So whatever happens to the machines' clocks, delays and leases end after the time
    /// that they were given.
    public static let system: LedgerClock = {
        let clock = SteadyClock()
        return LedgerClock(read: { clock.read() }, observe: { clock.observe($0) })
    }()

    private init(
        read: @escaping @Sendable () -> Int64, observe: @escaping @Sendable (Int64) -> Void
    ) {
        self.read = read
        self.observe = observe
    }

    /// Now.
    public var milliseconds: Int64 { read() }
}

/// The real time when the process looked first, and from then on the time that passes (`CLOCK_BOOTTIME`, which nobody
/// sets and which counts while the machine sleeps).
private final class SteadyClock: Sendable {
    private let offset: Mutex<Int64>

    init() { offset = Mutex(Self.milliseconds(CLOCK_REALTIME) - Self.milliseconds(CLOCK_BOOTTIME)) }

    func read() -> Int64 { offset.withLock { $0 } + Self.milliseconds(CLOCK_BOOTTIME) }

    func observe(_ time: Int64) {
        let elapsed = Self.milliseconds(CLOCK_BOOTTIME)
        offset.withLock { $0 = max($0, time - elapsed) }
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
