import Foundation
import Ledger

extension LedgerBench {
    private static let step = 100_000

    /// Inserts, leases and completes units until there are as many as asked for, and looks how the ledger bears it.
    func measureGrowth(_ report: inout LedgerBenchReport) throws {
        let scene = try LedgerBenchScene(below: directory)
        do { try grow(scene, &report) } catch {
            try scene.remove()
            throw error
        }
        try scene.remove()
    }

    private func grow(_ scene: LedgerBenchScene, _ report: inout LedgerBenchReport) throws {
        let jobsTotal = max(1, units / LedgerBenchScene.unitsAJob)
        let steps = max(1, units / LedgerBench.step)
        for step in 0..<steps {
            let jobs = jobsTotal * step / steps..<jobsTotal * (step + 1) / steps
            let stepUnits = Double(jobs.count * LedgerBenchScene.unitsAJob)
            let inserted = try scene.insert(jobs)
            let worked = try scene.work(jobs, batch: 128)
            let total = jobs.upperBound * LedgerBenchScene.unitsAJob
            report.addRate(
                "at \(total) units: enqueue", stepUnits / inserted.wallSeconds, "units/s")
            report.addRate(
                "at \(total) units: lease + complete, batch 128", stepUnits / worked.wallSeconds,
                "units/s")
            report.addCost(
                "at \(total) units: cost", worked.cpuSeconds / stepUnits * 1e6, "CPU-µs/unit")
        }
        let total = jobsTotal * LedgerBenchScene.unitsAJob
        let attributes = try FileManager.default.attributesOfItem(atPath: scene.path)
        let bytes = (attributes[.size] as? NSNumber)?.doubleValue ?? 0
        report.addCost("size of the ledger", bytes / Double(total), "bytes/unit")
        try measureReopening(scene, total, &report)
        try measureAudit(scene, &report)
    }

    private func measureReopening(
        _ scene: LedgerBenchScene, _ units: Int, _ report: inout LedgerBenchReport
    ) throws {
        var best = Double.infinity
        for _ in 0..<max(runs, 3) {
            var time = LedgerBenchTime()
            try time.measure {
                let ledger = try SQLiteLedger.open(at: scene.path)
                _ = try ledger.survey(
                    SurveyRequest(
                        node: LedgerBenchScene.node, jobs: nil, candidatesMaximum: 64,
                        stragglersMaximum: 8))
            }
            best = min(best, time.wallSeconds)
        }
        report.addCost("reopen at \(units) units, and survey", best, "s", target: 2)
    }

    private func measureAudit(
        _ scene: LedgerBenchScene, _ report: inout LedgerBenchReport
    ) throws {
        var chain = Double.infinity
        var whole = Double.infinity
        var events = 0
        for _ in 0..<runs {
            var time = LedgerBenchTime()
            try time.measure { events = Int(try scene.ledger.verifyHistory().sequence) }
            chain = min(chain, time.wallSeconds)
            var audit = LedgerBenchTime()
            try audit.measure {
                let findings = try scene.ledger.audit().findings
                guard findings.isEmpty else {
                    throw CommandFault(
                        .faultFound, "the bench's ledger does not hold: \(findings[0])")
                }
            }
            whole = min(whole, audit.wallSeconds)
        }
        report.addRate("history verified", Double(events) / chain, "events/s")
        report.addCost(
            "history verified, for a million events", chain / Double(events) * 1e6, "s", target: 1)
        report.addCost("whole audit, for a million events", whole / Double(events) * 1e6, "s")
    }
}
