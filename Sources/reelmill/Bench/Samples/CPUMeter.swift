import Foundation
import Synchronization

/// Adds up the CPU time of calls, each on the thread that makes it.
final class CPUMeter: Sendable {
    private let seconds = Mutex<[String: Double]>([:])

    func measure<Value, Problem: Error>(
        _ name: String, _ body: () throws(Problem) -> Value
    ) throws(Problem) -> Value {
        let start = CPUMeter.threadSeconds()
        defer { add(name, CPUMeter.threadSeconds() - start) }
        return try body()
    }

    func add(_ name: String, _ value: Double) {
        seconds.withLock { $0[name, default: 0] += value }
    }

    subscript(_ name: String) -> Double { seconds.withLock { $0[name] ?? 0 } }

    /// CPU-seconds of the calling thread.
    static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
