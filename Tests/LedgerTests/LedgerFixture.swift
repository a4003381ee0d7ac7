import ContentDigest
import Foundation
import GRDB
import Ledger
import Synchronization
import TranscodeModel

/// A ledger in a directory of its own, with a clock that the test moves.
final class LedgerFixture {
    let path: String
    let ledger: SQLiteLedger
    let time: TestTime

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "ledger-\(UUID().uuidString)").path
        path = folder + "/ledger.sqlite"
        let time = TestTime()
        self.time = time
        ledger = try SQLiteLedger.open(at: path, clock: LedgerClock { time.now })
        for node in ["a", "b"] {
            try ledger.register(
                NodeRecord(
                    id: NodeID(node), host: "h", bootID: "b", processID: 1, processStart: "1",
                    workers: 2))
        }
    }

    deinit {
        try? FileManager.default.removeItem(
            at: URL(fileURLWithPath: path).deletingLastPathComponent())
    }

    /// A second connection that knows SQLite only: what a stray program could do. The functions are
    /// there, so that the triggers run.
    func raw(_ sql: String, foreignKeys: Bool = true) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = foreignKeys
        configuration.prepareDatabase { database in
            database.add(
                function: DatabaseFunction("reelmill_now", argumentCount: 0) { _ in 5 })
            database.add(
                function: DatabaseFunction("reelmill_link") { _ in Data(count: 32) })
        }
        try DatabaseQueue(path: path, configuration: configuration).write {
            try $0.execute(sql: sql)
        }
    }

    static let estimate = Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1)
    static let profile = Profile(
        name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)

    static func submission(
        _ id: String, content: String? = nil, key: String? = nil,
        tenant: TenantID = .standard, attempts: Int = 3
    ) -> JobSubmission {
        JobSubmission(
            id: JobID(id), tenant: tenant, key: key,
            source: SourceReference(
                locator: "/a", displayName: "a", digest: Digest.sha256("s"), byteCount: 1,
                modificationMilliseconds: 1), profile: profile, profileDigest: Digest.sha256("p"),
            destination: "/o", jobClass: .live, priority: 0, content: Digest.sha256(content ?? id),
            probeContent: Digest.sha256("probe"), probeEstimate: estimate, attemptsMaximum: attempts
        )
    }

    /// `encodes` units, a stitch of all of them, and a publish after it.
    static func plan(encodes: Int) -> Plan {
        var units = (1...encodes).map {
            unit($0, .encode(chunk: $0 - 1, renditions: ["v"]), [])
        }
        units.append(unit(encodes + 1, .stitch(rendition: "v"), Array(1...encodes)))
        units.append(unit(encodes + 2, .publish, [encodes + 1]))
        return Plan(
            source: Digest.sha256("s"), profile: profile, packaging: .cmaf, video: nil, audio: [],
            images: nil, units: units, warnings: [])
    }

    private static func unit(_ position: Int, _ work: Work, _ dependencies: [Int]) -> PlannedUnit {
        PlannedUnit(
            position: position, work: work, dependencies: dependencies,
            content: Digest.sha256("u\(position)"), estimate: estimate)
    }

    static func artifact(_ text: String = "bytes") -> Artifact {
        Artifact(
            digest: Digest.sha256(text), byteCount: Int64(text.utf8.count), pieces: [],
            usage: Usage(cpuSeconds: 1), warnings: [])
    }

    /// Leases the most urgent unit there is.
    func leaseNext(_ node: String = "a", duration: Int64 = 1000) throws -> Lease? {
        guard let next = try ledger.candidates(limit: 1, jobs: nil).first else { return nil }
        return try ledger.lease(
            [LeasePick(unit: next.unit, epoch: next.epoch)], node: NodeID(node),
            durationMilliseconds: duration
        ).first
    }

    /// A running job with the plan above.
    func runningJob(_ id: String = "j1", encodes: Int = 2) throws {
        _ = try ledger.enqueue([LedgerFixture.submission(id)])
        guard let probe = try leaseNext(), probe.kind == .probe else {
            throw LedgerFailure(.refused, "the probe is not ready")
        }
        let plan = LedgerFixture.plan(encodes: encodes)
        _ = try ledger.completeProbe(
            probe, artifact: LedgerFixture.artifact("index"), plan: plan,
            criticalSeconds: plan.units.map { Double(10 - $0.position) })
    }

    func state(_ position: Int, job: String = "j1") throws -> UnitState? {
        try ledger.units(ofJob: JobID(job)).first { $0.position == position }?.state
    }
}

/// A clock that only the test moves.
final class TestTime: Sendable {
    private let milliseconds = Mutex<Int64>(1_000_000)
    var now: Int64 { milliseconds.withLock { $0 } }
    func pass(_ duration: Int64) { milliseconds.withLock { $0 += duration } }
}
