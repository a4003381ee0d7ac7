import ArgumentParser
import Ledger
import Node
import TranscodeModel

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is under way, or all about one job.",
        discussion: """
            EXAMPLES:
              reelmill status
              reelmill status j0123456789ab
              reelmill status j0123456789ab --json
            """)

    @Argument(help: "A job.")
    var job: String?
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    private struct Overview: Encodable {
        var jobsByState: [String: Int]
        var nodes: [Node]
        /// Those that are open: what they guard is not leased.
        var breakers: [BreakerRecord]
        /// Unless there is only the standard one, without a weight or a cap of its own.
        var tenants: [TenantRecord]
        var disk: DiskReport
        var underWay: [JobReport]

        struct Node: Encodable {
            var id: NodeID
            var host: String
            var processID: Int32
            var workers: Int
            /// Whether its process is known to be gone; the next node takes its work back.
            var isDead: Bool
        }
    }

    func run() throws {
        let workplace = try state.workplace()
        if let job { return try show(workplace.job(job), workplace) }
        let ledger = workplace.ledger
        let overview = Overview(
            jobsByState: Dictionary(
                uniqueKeysWithValues: try ledger.jobCounts().map { ($0.key.rawValue, $0.value) }),
            nodes: try ledger.nodes().map {
                Overview.Node(
                    id: $0.id, host: $0.host, processID: $0.processID, workers: $0.workers,
                    isDead: NodeIdentity.isDead($0))
            },
            breakers: try ledger.breakers().filter { $0.state == .open },
            tenants: try ledger.tenants().filter {
                $0.id != .standard || $0.weight != 1 || $0.cap != nil
            },
            disk: try DiskReport(workplace),
            underWay: try ledger.jobs(JobQuery(states: [.planning, .running], limit: 20)).map {
                try JobReport($0, from: ledger)
            })
        if format.json { return try Console.printJSON("status", overview) }
        let counts = JobState.allCases.map {
            "\(overview.jobsByState[$0.rawValue] ?? 0) \($0.rawValue)"
        }
        Console.print("jobs:  " + counts.joined(separator: ", "))
        if overview.nodes.isEmpty { Console.print("nodes: none; start one with `reelmill run`") }
        for node in overview.nodes {
            Console.print(
                "node:  \(node.id), process \(node.processID), \(node.workers) workers"
                    + (node.isDead ? " (dead)" : ""))
        }
        Console.print(
            "disk:  \(overview.disk.text)" + (overview.disk.consequence.map { ", \($0)" } ?? ""))
        for breaker in overview.breakers {
            Console.print(
                "breaker: \(breaker.key) is OPEN, tried again at "
                    + "\(Quantity.instant(milliseconds: breaker.retryAtMilliseconds)): "
                    + breaker.reason)
        }
        for tenant in overview.tenants {
            Console.print(
                "tenant: \(tenant.id), weight \(tenant.weight), cap "
                    + "\(tenant.cap.map(String.init) ?? "none"), \(tenant.leased) leased")
        }
        for report in overview.underWay { Console.print(line(report)) }
    }

    private func show(_ record: JobRecord, _ workplace: Workplace) throws {
        let report = try JobReport(record, from: workplace.ledger)
        if format.json { return try Console.printJSON("job", report) }
        Console.print(
            """
            job          \(report.id) (\(report.state.rawValue))
            source       \(report.source)
            sha256       \(report.sourceSHA256)
            profile      \(report.profile)
            output       \(report.destination)
            tenant       \(report.tenant), \(report.jobClass.rawValue), priority \(report.priority)
            created      \(Quantity.instant(milliseconds: report.createdMilliseconds))
            """)
        if let finished = report.finishedMilliseconds {
            Console.print("finished     \(Quantity.instant(milliseconds: finished))")
        }
        if let times = report.playback?.text { Console.print("playback     \(times)") }
        if let made = report.unitsMade {
            // The probe is a unit of the job, but none of its plan.
            Console.print("reused       \(made) of \(report.unitsTotal - 1) units already made")
        }
        if let collected = report.collectedMilliseconds {
            Console.print(
                "artifacts    given up by gc at \(Quantity.instant(milliseconds: collected))")
        }
        if let failure = report.failure {
            Console.print("failure      \(failure.code.rawValue): \(failure.message)")
        }
        if let reason = report.cancelReason { Console.print("cancelled    \(reason)") }
        for damage in Damage.merged(report.damage ?? []) {
            Console.print("damage       \(damage.text)")
        }
        if !record.state.isFinal { Console.print("progress     " + line(report)) }
        Console.print("")
        var table = TextTable(
            header: ["UNIT", "KIND", "STATE", "ATTEMPT", "EPOCH", "NODE", "NOTE"],
            rightAligned: [0, 3, 4])
        for unit in report.units ?? [] {
            table.add([
                "\(unit.position)", unit.kind.rawValue, unit.state.rawValue,
                "\(unit.attempt)/\(unit.attemptsMaximum)", "\(unit.epoch)",
                [unit.node?.text, unit.rivalNode?.text].compactMap { $0 }.joined(separator: " + "),
                Self.remarks(unit),
            ])
        }
        Console.print(table.text)
    }

    /// What is out of the ordinary with a unit, and why.
    private static func remarks(_ unit: UnitRecord) -> String {
        var remarks: [String] = []
        if unit.rivalNode != nil { remarks.append("hedged: two attempts at once") }
        if unit.isSplit { remarks.append("split: one rendition at a time") }
        if unit.failure?.code == .quarantined { remarks.append("quarantined") }
        if unit.crashes > 0 { remarks.append("\(unit.crashes) crashes") }
        if unit.state == .ready, unit.attempt > 0 {
            remarks.append(
                "again from \(Quantity.instant(milliseconds: unit.runAtMilliseconds))")
        }
        if let reason = unit.failure?.message ?? unit.note { remarks.append(reason) }
        return remarks.joined(separator: "; ")
    }

    private func line(_ report: JobReport) -> String {
        guard let progress = report.progress else { return report.id.text }
        let frames =
            progress.framesTotal > 0
            ? ", \(progress.framesDone)/\(progress.framesTotal) frames" : ""
        return
            "\(report.id)  \(progress.stage.rawValue)  \(Int(progress.fraction * 100)) %\(frames)"
            + ", units \(report.unitsDone)/\(report.unitsTotal), retries \(progress.retries)"
    }
}
