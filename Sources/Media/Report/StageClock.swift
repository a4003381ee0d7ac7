import Glibc

/// CPU-seconds of the calling thread by pipeline stage.
struct StageClock {
    private(set) var secondsByStage: [String: Double] = [:]

    /// CPU-seconds of this thread so far.
    var now: Double { StageClock.threadSeconds }

    /// Adds the CPU time since `start` to `stage`.
    mutating func add(_ stage: String, since start: Double) {
        secondsByStage[stage, default: 0] += now - start
    }

    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
