import GRDB
public import TranscodeModel

/// All units that are leased at a moment: few, as workers are.
struct LeasedUnits {
    struct Hold {
        var attempt: Int
        var node: NodeID
        var until: Int64
        var since: Int64
        var progress: LeaseProgress?

        /// Nil also of one that has stood still for long: it says nothing of the pace of others.
        func newProgress(_ now: Int64) -> LeaseProgress? {
            progress.flatMap { $0.isNew(elapsedMilliseconds: now - since) ? $0 : nil }
        }

        func standing(_ now: Int64) -> LeaseStanding {
            LeaseStanding(attempt: attempt, elapsedMilliseconds: now - since, progress: progress)
        }
    }

    struct Unit {
        var id: UnitID
        var key: Int64
        var tenant: TenantID
        var tenantNumber: Int64
        var kind: UnitKind
        var epoch: Int64
        /// The last that was begun.
        var attempt: Int
        var attemptsMaximum: Int
        var crashes: Int
        /// When it was leased last, by whomever.
        var startedAt: Int64
        var estimate: Estimate
        var holder: Hold
        var rival: Hold?

        func token(_ hold: Hold) -> LeaseToken {
            LeaseToken(tenant: tenant, unit: id, epoch: epoch, attempt: hold.attempt)
        }
    }

    /// By job and position.
    let units: [Unit]

    init(_ database: Database) throws {
        let rows = try Statement(
            database,
            cached: """
                SELECT id, job, tenant, queue, kind, epoch, attempts_max, crashes, cpu_seconds, memory_bytes,
                    output_bytes, holder, node, lease_until, held_since, part, noted_at, rival, rival_node,
                    rival_until, rival_since, rival_part, rival_noted_at, started_at, attempt
                FROM work_unit INDEXED BY unit_leased WHERE state = 'leased' ORDER BY id
                """)
        var units: [Unit] = []
        while try rows.step() {
            guard let holder = rows.hold(11) else {
                throw LedgerFailure(.corrupt, "a leased unit without a lease: \(rows.int64(0))")
            }
            units.append(
                Unit(
                    id: rows.unit(0, job: 1), key: rows.int64(0), tenant: try rows.tenant(2),
                    tenantNumber: rows.int64(3) >> 1, kind: try rows.named(UnitKind.self, 4),
                    epoch: rows.int64(5), attempt: rows.int(24), attemptsMaximum: rows.int(6),
                    crashes: rows.int(7), startedAt: rows.int64(23), estimate: rows.estimate(8),
                    holder: holder,
                    rival: rows.hold(17)))
        }
        self.units = units
    }

    /// A unit with a second lease counts twice.
    var countByTenant: [Int64: Int] {
        units.reduce(into: [:]) { $0[$1.tenantNumber, default: 0] += $1.rival == nil ? 1 : 2 }
    }

    /// Each lease on its own, a second one beside the first.
    func sightings(where isWanted: (Hold) -> Bool) -> [LeaseSighting] {
        units.flatMap { unit in
            [unit.holder, unit.rival].compactMap { $0 }.filter(isWanted).map { hold in
                LeaseSighting(
                    token: unit.token(hold), node: hold.node, kind: unit.kind,
                    attemptsMaximum: unit.attemptsMaximum, crashes: unit.crashes,
                    hasRival: unit.rival != nil)
            }
        }
    }
}

extension Statement {
    /// Six columns from this one on; nil where there is no lease.
    fileprivate func hold(_ first: Int32) -> LeasedUnits.Hold? {
        guard let attempt = optionalInt64(first) else { return nil }
        let (since, notedAt) = (int64(first + 3), optionalInt64(first + 5))
        return LeasedUnits.Hold(
            attempt: Int(attempt), node: NodeID(text(first + 1)), until: int64(first + 2),
            since: since,
            progress: notedAt.map {
                LeaseProgress(part: double(first + 4), elapsedMilliseconds: $0 - since)
            })
    }
}

extension SQLiteLedger {
    public func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        try read { try LeasedUnits($0).sightings { $0.node == node } }
    }

    public func liveLeases() throws(LedgerFailure) -> [LeaseToken] {
        try read { try LeasedUnits($0).sightings { _ in true }.map(\.token) }
    }
}
