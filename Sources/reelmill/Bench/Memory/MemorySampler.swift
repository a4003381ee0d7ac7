import Foundation
import Synchronization

/// Looks ten times a second at the memory of this process and of those that it has started, or of the latter alone.
///
/// The exact measure walks the page tables of a process, which holds it up. So a cheap one is looked at, and the exact
/// one only where the cheap one has risen by a hundredth: the peak may be told that much too low.
final class MemorySampler: Sendable {
    private struct State {
        var isEnded = false
        var best: Int64 = 0
        var peak: MemoryPeak?
        var samples = 0
        var cpuSeconds = 0.0
    }

    private static let interval = 0.1
    private static let rise = 1.01
    private let state = Mutex(State())
    private let finished = DispatchSemaphore(value: 0)
    private let countsSelf: Bool

    init(countingSelf: Bool) {
        countsSelf = countingSelf
        let thread = Thread { [self] in
            run()
            finished.signal()
        }
        thread.name = "memory"
        thread.start()
    }

    /// Ends the sampling and awaits its thread. Called once.
    ///
    /// - Returns: the peak, nil where nothing could be read, and the CPU-seconds that looking took.
    func end() -> (peak: MemoryPeak?, cpuSeconds: Double) {
        state.withLock { $0.isEnded = true }
        finished.wait()
        return state.withLock { state in
            state.peak?.samples = state.samples
            return (state.peak, state.cpuSeconds)
        }
    }

    private func run() {
        repeat {
            look()
            Thread.sleep(forTimeInterval: MemorySampler.interval)
        } while !state.withLock { $0.isEnded }
        let used = CPUMeter.threadSeconds()
        state.withLock { $0.cpuSeconds = used }
    }

    private func look() {
        let own = ProcessInfo.processInfo.processIdentifier
        let processes = ProcessTree.all(from: own).filter { countsSelf || $0 != own }
        let residents = MemoryReading.residents(processes)
        guard !residents.isEmpty else { return }
        let cheap = MemoryReading.sharedOnce(residents)
        let isHigher = state.withLock { state in
            state.samples += 1
            guard Double(cheap) > Double(state.best) * MemorySampler.rise else { return false }
            state.best = cheap
            return true
        }
        guard isHigher else { return }
        let exact = MemoryReading.proportional(processes)
        let seen = MemoryPeak(
            bytes: exact ?? cheap, processes: residents.count,
            method: exact == nil ? .sharedOnce : .proportional, samples: 0)
        state.withLock { state in
            if seen.bytes > state.peak?.bytes ?? 0 { state.peak = seen }
        }
    }
}
