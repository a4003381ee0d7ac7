import Foundation
import Ledger
import Node
import TranscodeModel

/// Measures the SQLite ledger, durably, beside the bare SQLite limit in the same run.
struct LedgerBench {
    var directory: String
    /// Of each figure; the best is told, since others use the machine too.
    var runs: Int
    /// To grow the ledger to.
    var units: Int
    var batches: [Int]
    var clients: [Int]
    var processes: [Int]

    func run(_ note: (String) -> Void) async throws -> LedgerBenchReport {
        var report = LedgerBenchReport(
            machine: LedgerBenchReport.Machine(
                processor: Processor.name,
                cores: ProcessInfo.processInfo.activeProcessorCount,
                memoryBytes: Machine.memoryBytes),
            directory: directory, runs: runs, units: units, loadBefore: LedgerBench.load,
            loadAfter: 0)
        note("enqueue")
        try measureEnqueue(&report)
        for batch in batches {
            note("lease and complete, \(batch) in a transaction")
            try measureBatch(batch, &report)
        }
        for count in clients {
            note("\(count) clients through the group commit")
            try await measureClients(count, &report)
        }
        for count in processes {
            note("\(count) processes")
            try measureProcesses(count, &report)
        }
        note("latency from submit to leased by another process")
        try measureLatency(&report)
        note("growth to \(units) units")
        try measureGrowth(&report)
        report.loadAfter = LedgerBench.load
        return report
    }

    static var load: Double {
        var loads = [0.0, 0.0, 0.0]
        return getloadavg(&loads, 3) > 0 ? loads[0] : 0
    }

    /// Gives the body a fresh ledger each run; the smallest result is the best.
    func best(_ body: (LedgerBenchScene) throws -> LedgerBenchTime) throws -> LedgerBenchTime {
        var best: LedgerBenchTime?
        for _ in 0..<runs {
            let scene = try LedgerBenchScene(below: directory)
            let time: LedgerBenchTime
            do { time = try body(scene) } catch {
                try scene.remove()
                throw error
            }
            try scene.remove()
            if time.wallSeconds < best?.wallSeconds ?? .infinity { best = time }
        }
        return best ?? LedgerBenchTime()
    }

    /// Rows inserted in one transaction and updated in another, `batch` in each.
    func bare(_ rows: Int, batch: Int, updates: Bool = true) throws -> LedgerBenchTime {
        try best { scene in
            let table = try BareTable(at: scene.folder + "/bare.sqlite")
            var time = LedgerBenchTime()
            for start in stride(from: 1, through: rows, by: batch) {
                let range = start..<min(start + batch, rows + 1)
                try time.measure { try table.insert(range) }
                if updates { try time.measure { try table.update(range) } }
            }
            return time
        }
    }

    /// Jobs whose units make a run long enough to be measured: longer for larger batches.
    func jobs(_ batch: Int) -> Int { batch == 1 ? 4 : batch < 100 ? 24 : 100 }

    private func measureEnqueue(_ report: inout LedgerBenchReport) throws {
        let jobs = 320
        let units = Double(jobs * LedgerBenchScene.unitsAJob)
        let time = try best { try $0.insert(0..<jobs) }
        let bare = try bare(
            Int(units), batch: 16 * LedgerBenchScene.unitsAJob, updates: false)
        report.addRate(
            "enqueue, planned units", units / time.wallSeconds, "units/s", target: 200_000,
            bare: units / bare.wallSeconds)
        report.addCost(
            "enqueue, cost", time.cpuSeconds / units * 1e6, "CPU-µs/unit",
            bare: bare.cpuSeconds / units * 1e6)
        let single = try best { scene in
            var time = LedgerBenchTime()
            let submissions = (0..<2048).map { LedgerBenchScene.submission($0) }
            for start in stride(from: 0, to: submissions.count, by: 128) {
                try time.measure {
                    _ = try scene.ledger.enqueue(Array(submissions[start..<start + 128]))
                }
            }
            return time
        }
        report.addRate("enqueue, jobs, 128 in a transaction", 2048 / single.wallSeconds, "jobs/s")
    }

    private func measureBatch(_ batch: Int, _ report: inout LedgerBenchReport) throws {
        let jobs = jobs(batch)
        let units = Double(jobs * LedgerBenchScene.unitsAJob)
        let time = try best { scene in
            _ = try scene.insert(0..<jobs)
            return try scene.work(0..<jobs, batch: batch)
        }
        let bare = try bare(Int(units), batch: batch)
        report.addRate(
            "lease + complete, batch \(batch)", units / time.wallSeconds, "units/s",
            target: batch >= 128 ? 50_000 : nil, bare: units / bare.wallSeconds)
        report.addCost(
            "lease + complete, batch \(batch), cost", time.cpuSeconds / units * 1e6, "CPU-µs/unit",
            target: batch >= 128 ? 15 : nil, bare: bare.cpuSeconds / units * 1e6)
    }

    private func measureClients(_ count: Int, _ report: inout LedgerBenchReport) async throws {
        let jobs = count == 1 ? 4 : count < 64 ? 12 : 64
        let units = Double(jobs * LedgerBenchScene.encodesAJob)
        var best = Double.infinity
        for _ in 0..<runs {
            let scene = try LedgerBenchScene(below: directory)
            _ = try scene.insert(0..<jobs)
            let seconds = try await LedgerBenchClients(scene: scene, count: count).run(0..<jobs)
            best = min(best, seconds)
            try scene.remove()
        }
        let bare = try bare(Int(units), batch: count)
        report.addRate(
            "lease + complete, \(count) clients, one each", units / best, "units/s",
            target: count == 64 ? 25_000 : nil, bare: units / bare.wallSeconds)
    }
}

/// Clients of one process that lease and complete one unit at a time.
struct LedgerBenchClients {
    var scene: LedgerBenchScene
    var count: Int

    /// Seconds until all encodes of the jobs are done.
    func run(_ jobs: Range<Int>) async throws -> Double {
        let writer = GroupCommit(scene.ledger)
        let picks = LedgerBenchScene.picks(jobs).prefix(jobs.count * LedgerBenchScene.encodesAJob)
        let start = LedgerBenchTime.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<count {
                group.addTask {
                    for index in stride(from: client, to: picks.count, by: count) {
                        let answers = try await writer.perform([
                            .lease(
                                [picks[index]], node: LedgerBenchScene.node,
                                durationMilliseconds: LedgerBenchScene.duration)
                        ])
                        guard case .leased(let leases) = answers[0], let lease = leases.first else {
                            throw CommandFault(
                                .unreachable, "the bench's ledger did not lease a ready unit")
                        }
                        _ = try await writer.perform([LedgerBenchScene.completion(lease)])
                    }
                }
            }
            try await group.waitForAll()
        }
        writer.close()
        return LedgerBenchTime.now - start
    }
}
