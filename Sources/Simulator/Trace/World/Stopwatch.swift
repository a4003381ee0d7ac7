import Glibc

/// What a part of the program costs in processor time. One call of eight is measured, since looking at the clock costs as
/// much as a short call.
struct Stopwatch {
    private static let sampling: UInt64 = 8
    private(set) var calls: UInt64 = 0
    private var sampledNanoseconds: UInt64 = 0
    private var samples: UInt64 = 0
    private var mix: UInt64 = 0x9E37_79B9

    /// Estimated for all calls.
    var seconds: Double {
        guard samples > 0 else { return 0 }
        return Double(sampledNanoseconds) / Double(samples) * Double(calls) / 1e9
    }

    /// When a call that is to be measured begins; nil for one that is not.
    mutating func begin() -> UInt64? {
        calls += 1
        mix = mix &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (mix >> 33) % Stopwatch.sampling == 0 ? Stopwatch.now() : nil
    }

    mutating func end(_ start: UInt64?) {
        guard let start else { return }
        sampledNanoseconds += Stopwatch.now() - start
        samples += 1
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
