import Foundation
import Glibc
import Ledger
import TranscodeModel

/// What the node's own work on a unit costs, from when the meter is made. Used on one thread.
struct StageMeter {
    private let wallStart = DispatchTime.now().uptimeNanoseconds
    private let cpuStart = StageMeter.threadSeconds()

    var usage: Usage {
        Usage(
            wallSeconds: Double(DispatchTime.now().uptimeNanoseconds - wallStart) / 1e9,
            cpuSeconds: StageMeter.threadSeconds() - cpuStart)
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
