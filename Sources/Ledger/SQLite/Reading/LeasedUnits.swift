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
        units = try Row.fetchAll(
            database,
            sql: """
                SELECT id, job, tenant, queue, kind, epoch, attempts_max, crashes, started_at, cpu_seconds,
                    memory_bytes, output_bytes, holder, node, lease_until, rival, rival_node, rival_until
                FROM work_unit INDEXED BY unit_leased WHERE state = 'leased' ORDER BY id
                """
        ).map { row in
            Unit(
                id: try row.unit(), key: try row.value(Int64.self, "id"), tenant: try row.tenant(),
                tenantNumber: try row.value(Int64.self, "queue") >> 1,
                kind: try row.named(UnitKind.self, "kind"),
                epoch: try row.value(Int64.self, "epoch"),
                attemptsMaximum: try row.value(Int.self, "attempts_max"),
                crashes: try row.value(Int.self, "crashes"),
                startedAt: try row.value(Int64.self, "started_at"), estimate: try row.estimate(),
                holder: Hold(
                    attempt: try row.value(Int.self, "holder"),
                    node: NodeID(try row.text("node")),
                    until: try row.value(Int64.self, "lease_until")),
                rival: try (row["rival"] as Int?).map {
                    Hold(
                        attempt: $0, node: NodeID(try row.text("rival_node")),
                        until: try row.value(Int64.self, "rival_until"))
                })
        }
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
