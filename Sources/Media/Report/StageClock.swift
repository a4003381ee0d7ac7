import Glibc

/// CPU-seconds of the calling thread by pipeline stage.
struct StageClock {
    private(set) var secondsByStage: [String: Double] = [:]

    /// Runs `body` and adds its CPU time to `stage`.
    mutating func measure<Value: ~Copyable>(
        _ stage: String, _ body: () throws -> Value
    ) rethrows -> Value {
        let start = StageClock.threadSeconds
        defer { secondsByStage[stage, default: 0] += StageClock.threadSeconds - start }
        return try body()
    }

    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
