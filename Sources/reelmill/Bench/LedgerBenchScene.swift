import ContentDigest
import Foundation
import Ledger
import TranscodeModel

/// A ledger in a directory of its own, with jobs as long videos have them: a hundred encodes, a stitch that waits for
/// all of them, and a publish.
final class LedgerBenchScene: Sendable {
    static let encodesAJob = 100
    static let unitsAJob = encodesAJob + 2
    static let node = NodeID("bench")
    static let duration: Int64 = 600_000

    let folder: String
    let ledger: SQLiteLedger
    var path: String { folder + "/ledger.sqlite" }

    init(below directory: String) throws {
        folder =
            directory + "/reelmill-ledger-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        ledger = try SQLiteLedger.open(at: folder + "/ledger.sqlite")
        _ = try ledger.perform([.register(LedgerBenchScene.record)])
    }

    /// In a process of the bench: the ledger that another made.
    init(sharing path: String) throws {
        folder = (path as NSString).deletingLastPathComponent
        ledger = try SQLiteLedger.open(at: path)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    private static let record = NodeRecord(
        id: node, host: "bench", bootID: "bench", processID: 1, processStart: "1", workers: 64)

    static let estimate = Estimate(
        cpuSeconds: 12.5, memoryBytes: 400_000_000, outputBytes: 4_000_000)
    private static let profile = Profile(
        name: "bench", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)

    static func job(_ number: Int) -> JobID { JobID("jbench" + String(1_000_000 + number)) }

    static func submission(_ number: Int) -> JobSubmission {
        JobSubmission(
            id: job(number), tenant: .standard, key: nil,
            source: SourceReference(
                locator: "/videos/\(number).mp4", displayName: "\(number).mp4",
                digest: Digest.sha256("source \(number)"), byteCount: 1_000_000,
                modificationMilliseconds: 1), profile: profile,
            profileDigest: Digest.sha256("profile"), destination: "/out/\(number)",
            jobClass: .backfill, priority: 0, content: Digest.sha256("job \(number)"),
            probeContent: Digest.sha256("probe \(number)"), probeEstimate: estimate,
            attemptsMaximum: 4)
    }

    static func plan(_ number: Int) -> PlannedJob {
        func unit(_ position: Int, _ work: Work, _ dependencies: [Int]) -> PlannedUnit {
            PlannedUnit(
                position: position, work: work, dependencies: dependencies,
                content: Digest.sha256("\(number).\(position)"), estimate: estimate)
        }
        var units = (1...encodesAJob).map {
            unit($0, .encode(chunk: $0 - 1, renditions: ["v1080", "v720", "v480"]), [])
        }
        units.append(unit(encodesAJob + 1, .stitch(rendition: "v1080"), Array(1...encodesAJob)))
        units.append(unit(encodesAJob + 2, .publish, [encodesAJob + 1]))
        return PlannedJob(
            plan: Plan(
                source: Digest.sha256("source \(number)"), profile: profile, packaging: .cmaf,
                video: nil, audio: [], images: nil, units: units, warnings: []),
            criticalSeconds: units.map { Double(1000 - $0.position) })
    }

    static func pick(_ job: Int, _ position: Int) -> LeasePick {
        LeasePick(
            tenant: .standard, unit: UnitID(job: LedgerBenchScene.job(job), position: position),
            epoch: 0)
    }

    static func artifact(_ unit: UnitID) -> Artifact {
        Artifact(
            digest: Digest.sha256("\(unit)"), byteCount: 4_000_000, pieces: [],
            usage: Usage(wallSeconds: 12, cpuSeconds: 12.5, peakMemoryBytes: 300_000_000),
            warnings: [])
    }

    /// Leases in one transaction what was picked.
    func lease(_ picks: [LeasePick]) throws -> [Lease] {
        let answers = try ledger.perform([
            .lease(
                picks, node: LedgerBenchScene.node,
                durationMilliseconds: LedgerBenchScene.duration)
        ])
        guard case .leased(let leases) = answers[0], leases.count == picks.count else {
            throw CommandFault(.unreachable, "the bench's ledger did not lease what was ready")
        }
        return leases
    }

    static func completion(_ lease: Lease, planned: PlannedJob? = nil) -> LedgerOperation {
        .complete(
            Completion(token: lease.token, artifact: artifact(lease.unit), planned: planned))
    }

    /// Enqueues jobs, and completes their probes, one transaction for each step of 16 jobs. Only the last step, which
    /// inserts the planned units, is timed, with the making of nothing but what the ledger is given.
    func insert(_ jobs: Range<Int>) throws -> LedgerBenchTime {
        var time = LedgerBenchTime()
        for start in stride(from: jobs.lowerBound, to: jobs.upperBound, by: 16) {
            let group = start..<min(start + 16, jobs.upperBound)
            _ = try ledger.enqueue(group.map { LedgerBenchScene.submission($0) })
            let leases = try lease(group.map { LedgerBenchScene.pick($0, 0) })
            let operations = zip(leases, group).map {
                LedgerBenchScene.completion($0, planned: LedgerBenchScene.plan($1))
            }
            try time.measure { _ = try ledger.perform(operations) }
        }
        return time
    }

    /// The units of these jobs in an order in which they become ready.
    static func picks(_ jobs: Range<Int>) -> [LeasePick] {
        jobs.flatMap { job in (1...encodesAJob).map { pick(job, $0) } }
            + jobs.map { pick($0, encodesAJob + 1) } + jobs.map { pick($0, encodesAJob + 2) }
    }

    /// Leases and completes units, `batch` in each transaction, a lease and its completion in two. Encodes, stitches and
    /// publishes are never in one batch.
    func work(_ jobs: Range<Int>, batch: Int) throws -> LedgerBenchTime {
        var time = LedgerBenchTime()
        let picks = LedgerBenchScene.picks(jobs)
        let borders = [
            0, jobs.count * LedgerBenchScene.encodesAJob,
            jobs.count * (LedgerBenchScene.encodesAJob + 1), picks.count,
        ]
        for (first, end) in zip(borders, borders.dropFirst()) {
            for start in stride(from: first, to: end, by: batch) {
                let chosen = Array(picks[start..<min(start + batch, end)])
                var leases: [Lease] = []
                try time.measure { leases = try lease(chosen) }
                let operations = leases.map { LedgerBenchScene.completion($0) }
                try time.measure { _ = try ledger.perform(operations) }
            }
        }
        return time
    }
}

/// Wall and processor time of what was measured, and of nothing between.
struct LedgerBenchTime {
    private(set) var wallSeconds = 0.0
    private(set) var cpuSeconds = 0.0

    mutating func measure(_ body: () throws -> Void) rethrows {
        let cpu = Machine.cpuSeconds().own
        let wall = LedgerBenchTime.now
        try body()
        wallSeconds += LedgerBenchTime.now - wall
        cpuSeconds += Machine.cpuSeconds().own - cpu
    }

    /// How long something takes.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = now
        try body()
        return now - start
    }

    /// Seconds of a clock that all processes of the machine share.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
