import CLedger
import GRDBSQLite
import TranscodeModel

/// What never changes about a job, as the hot statements need it.
struct JobKey {
    var number: Int64
    var tenant: TenantID
    var tenantNumber: Int64
    var profile: Digest
    var codec: String
    var attemptsMaximum: Int

    /// The key of one of its units; nil where there can be none.
    func key(_ position: Int) -> Int64? {
        guard position >= 0, position <= Schema.positionMask else { return nil }
        return number << Schema.positionBits | Int64(position)
    }

    /// The key of its gate of that number, from 0.
    func gate(_ index: Int) -> Int64 { number << Schema.positionBits | Int64(index) }
}

/// The one connection that writes, with its prepared statements and what it remembers of rows that never change.
///
/// Not safe by itself: it is used inside the pool's writer queue only.
final class WriteConnection: @unchecked Sendable {
    let pointer: OpaquePointer
    let chain: OpaquePointer
    let plantedBug: PlantedBug?
    private var statements: [UInt: Statement] = [:]
    /// Prepared in time: when memory has run out it is too late.
    private var rollback: Statement?
    private var facts: [JobID: JobKey] = [:]
    private static let factsMaximum = 20_000
    private var lastProfile: (profile: Profile, text: String)?

    init(_ pointer: OpaquePointer, plantedBug: PlantedBug?) throws {
        guard let chain = reelmill_chain_attach(pointer) else { throw SQLiteFault(pointer) }
        self.pointer = pointer
        self.chain = chain
        self.plantedBug = plantedBug
        rollback = try Statement(pointer, "ROLLBACK")
    }

    /// Lets go of the statements, before the connection is closed.
    func close() {
        statements = [:]
        rollback = nil
    }

    /// The statement of this text, prepared at its first use. A literal has one address.
    func statement(_ sql: StaticString) throws -> Statement {
        let key = UInt(bitPattern: sql.utf8Start)
        if let statement = statements[key] { return statement }
        let statement = try sql.utf8Start.withMemoryRebound(
            to: CChar.self, capacity: sql.utf8CodeUnitCount + 1
        ) { try Statement(pointer, $0) }
        statements[key] = statement
        return statement
    }

    func job(_ id: JobID) throws -> JobKey? {
        if let known = facts[id] { return known }
        let statement = try statement(
            """
            SELECT j.number, j.tenant, t.number, j.profile_digest, j.codec, j.attempts_max
            FROM job j JOIN tenant t ON t.name = j.tenant WHERE j.id = ?1
            """)
        statement.bind(1, id.text)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        guard let tenant = TenantID(statement.text(1)) else {
            throw LedgerFailure(
                .corrupt, "the ledger has “\(statement.text(1))” where a tenant is due")
        }
        let found = JobKey(
            number: statement.int64(0), tenant: tenant, tenantNumber: statement.int64(2),
            profile: try statement.digest(3), codec: statement.text(4),
            attemptsMaximum: statement.int(5))
        if facts.count >= Self.factsMaximum { facts = [:] }
        facts[id] = found
        return found
    }

    /// The JSON of a profile; catalogues are enqueued with one.
    func profileText(_ profile: Profile) throws -> String {
        if let lastProfile, lastProfile.profile == profile { return lastProfile.text }
        let text = try json(profile)
        lastProfile = (profile, text)
        return text
    }

    /// After a rollback: a job may not be there after all.
    func forget() { facts = [:] }

    /// Ends the transaction, if SQLite has not done so itself.
    func rollBack() {
        if hasTransaction { rollback?.attempt() }
    }

    private var hasTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }
}
