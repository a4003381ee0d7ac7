import GRDB
public import TranscodeModel

/// All units that are leased at a moment: few, as workers are.
struct LeasedUnits {
    struct Hold {
        var attempt: Int
        var node: NodeID
        var until: Int64
    }

    struct Unit {
        var id: UnitID
        var key: Int64
        var tenant: TenantID
        var tenantNumber: Int64
        var kind: UnitKind
        var epoch: Int64
        var attemptsMaximum: Int
        var crashes: Int
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
                SELECT id, job, tenant, queue, kind, epoch, attempts_max, crashes, started_at, cpu_seconds,
                    memory_bytes, output_bytes, holder, node, lease_until, rival, rival_node, rival_until
                FROM work_unit INDEXED BY unit_leased WHERE state = 'leased' ORDER BY id
                """)
        var units: [Unit] = []
        while try rows.step() {
            units.append(
                Unit(
                    id: rows.unit(0, job: 1), key: rows.int64(0), tenant: try rows.tenant(2),
                    tenantNumber: rows.int64(3) >> 1, kind: try rows.named(UnitKind.self, 4),
                    epoch: rows.int64(5), attemptsMaximum: rows.int(6), crashes: rows.int(7),
                    startedAt: rows.int64(8), estimate: rows.estimate(9),
                    holder: Hold(
                        attempt: rows.int(12), node: NodeID(rows.text(13)), until: rows.int64(14)),
                    rival: rows.optionalInt64(15).map {
                        Hold(attempt: Int($0), node: NodeID(rows.text(16)), until: rows.int64(17))
                    }))
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

extension SQLiteLedger {
    public func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        try read { try LeasedUnits($0).sightings { $0.node == node } }
    }

    public func liveLeases() throws(LedgerFailure) -> [LeaseToken] {
        try read { try LeasedUnits($0).sightings { _ in true }.map(\.token) }
    }
}
