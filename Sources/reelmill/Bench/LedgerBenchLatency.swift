import Foundation
import Ledger
import Synchronization

extension LedgerBench {
    private static let submissions = 300

    /// From before a job is enqueued here until another process, which watches, has committed a lease of its probe.
    func measureLatency(_ report: inout LedgerBenchReport) throws {
        let scene = try LedgerBenchScene(below: directory)
        do { try measureLatency(scene, &report) } catch {
            try scene.remove()
            throw error
        }
        try scene.remove()
    }

    private func measureLatency(
        _ scene: LedgerBenchScene, _ report: inout LedgerBenchReport
    ) throws {
        let catcher = try LedgerBenchChild(.catcher, scene.path)
        _ = try catcher.line()
        var milliseconds: [Double] = []
        for number in 0..<LedgerBench.submissions {
            let start = LedgerBenchTime.now
            _ = try scene.ledger.enqueue([LedgerBenchScene.submission(number)])
            guard let end = Double(try catcher.line()) else {
                throw CommandFault(.unreachable, "a process of the bench said something else")
            }
            milliseconds.append((end - start) * 1000)
        }
        catcher.end()
        milliseconds.sort()
        report.addCost(
            "submit → leased by another process, median", milliseconds[milliseconds.count / 2], "ms"
        )
        report.addCost(
            "submit → leased by another process, p99", milliseconds[milliseconds.count * 99 / 100],
            "ms", target: 5)
    }
}

/// Leases whatever comes as soon as the watch tells of a change, and writes when the lease was committed.
struct LedgerBenchCatcher {
    var path: String

    func run() throws {
        let scene = try LedgerBenchScene(sharing: path)
        let changes = DispatchSemaphore(value: 0)
        let isEnded = Mutex(false)
        let watch = try scene.ledger.watch { changes.signal() }
        // The end of the input is the end of the work.
        let reader = Thread {
            while readLine() != nil {}
            isEnded.withLock { $0 = true }
            changes.signal()
        }
        reader.start()
        Console.print("ready")
        let request = SurveyRequest(
            node: LedgerBenchScene.node, jobs: nil, candidatesMaximum: 8, stragglersMaximum: 0)
        while !isEnded.withLock({ $0 }) {
            changes.wait()
            let picks = try scene.ledger.survey(request).candidates.map {
                LeasePick(tenant: $0.tenant, unit: $0.unit, epoch: $0.epoch)
            }
            guard !picks.isEmpty else { continue }
            for _ in try scene.lease(picks) { Console.print("\(LedgerBenchTime.now)") }
        }
        watch.cancel()
    }
}
