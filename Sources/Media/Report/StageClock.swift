import Glibc

/// CPU-seconds of the calling thread by pipeline stage. Reading the source is a stage by itself, whoever reads.
struct StageClock {
    private var measured: [String: Double] = [:]
    private let readStart = ReadClock.seconds

    /// CPU-seconds of this thread so far, without those spent in reading.
    var now: Double { ReadClock.threadSeconds - ReadClock.seconds }

    /// With `read`, where anything was read since the clock was made.
    var secondsByStage: [String: Double] {
        let read = ReadClock.seconds - readStart
        return read > 0 ? measured.merging(["read": read]) { $1 } : measured
    }

    /// Adds the CPU time since `start` to `stage`.
    mutating func add(_ stage: String, since start: Double) {
        measured[stage, default: 0] += now - start
    }

    /// CPU-seconds of all threads of the process but the calling one: those that codecs start by themselves.
    static var otherThreadsSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        let all = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        return max(0, all - ReadClock.threadSeconds)
    }
}
