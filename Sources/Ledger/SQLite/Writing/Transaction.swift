import CLedger
import Foundation
import TranscodeModel

/// One immediate transaction. What many of its changes share is written once, at its end: the head of the history, and
/// what each tenant is charged.
final class Transaction {
    let connection: WriteConnection
    /// The ledger's time, read once.
    let now: Int64
    private let firstSequence: Int64
    private let firstVirtualTime: Double
    /// Of the system, in start-time fair queueing.
    var virtualTime: Double
    private var accounts: [Int64: TenantAccount] = [:]
    private var learnedCosts = LearnedCosts()

    /// Begins it. The clock is read when the ledger is ours.
    init(_ connection: WriteConnection, _ clock: LedgerClock) throws {
        self.connection = connection
        try connection.statement("BEGIN IMMEDIATE").run()
        do {
            let head = try connection.statement(
                "SELECT sequence, hash, virtual_time, at FROM ledger_head")
            guard try head.step() else {
                throw LedgerFailure(.corrupt, "the ledger has lost the head of its history")
            }
            defer { head.reset() }
            let hash = head.bytes(1)
            guard hash.count == Digest.byteCount else {
                throw LedgerFailure(.corrupt, "the head of the ledger's history is no digest")
            }
            firstSequence = head.int64(0)
            firstVirtualTime = head.double(2)
            virtualTime = firstVirtualTime
            clock.observe(head.int64(3))
            now = clock.read()
            reelmill_chain_begin(
                connection.chain, now, firstSequence, hash.bindMemory(to: UInt8.self).baseAddress)
        } catch {
            Transaction.rollBack(connection)
            throw error
        }
    }

    /// Whether anything was added to the history.
    var hasEvents: Bool { reelmill_chain_sequence(connection.chain) != firstSequence }

    func commit() throws {
        for (number, account) in accounts where account.isCharged {
            let charge = try statement(
                "UPDATE OR ROLLBACK tenant SET virtual_time = ?2 WHERE number = ?1")
            charge.bind(1, number)
            charge.bind(2, account.virtualTime)
            try charge.run()
        }
        try learnedCosts.write(self)
        let sequence = reelmill_chain_sequence(connection.chain)
        if sequence != firstSequence || virtualTime != firstVirtualTime {
            let head = try statement(
                "UPDATE OR ROLLBACK ledger_head SET sequence = ?1, at = ?2, hash = ?3, virtual_time = ?4"
            )
            head.bind(1, sequence)
            head.bind(2, now)
            let hash = UnsafeRawBufferPointer(
                start: reelmill_chain_hash(connection.chain), count: Digest.byteCount)
            if let digest = Digest(bytes: hash) { head.bind(3, digest) }
            head.bind(4, virtualTime)
            try head.run()
        }
        try statement("COMMIT").run()
    }

    /// All that was changed is as it was. An error of the rollback itself has no other remedy than the one that
    /// SQLite has at hand: the transaction ends with the connection.
    static func rollBack(_ connection: WriteConnection) {
        connection.forget()
        connection.rollBack()
    }

    func statement(_ sql: StaticString) throws -> Statement { try connection.statement(sql) }

    func has(_ bug: PlantedBug) -> Bool { connection.plantedBug == bug }

    func withAccount<Value>(
        _ tenant: Int64, _ body: (inout TenantAccount) throws -> Value
    ) throws -> Value {
        var account = try accounts[tenant] ?? TenantAccount(tenant, self)
        let value = try body(&account)
        accounts[tenant] = account
        return value
    }

    /// Of a completion that counts.
    func learn(_ lesson: CostLesson) throws {
        var costs = learnedCosts
        learnedCosts = LearnedCosts()
        try costs.learn(lesson, self)
        learnedCosts = costs
    }

    /// After many units of a job were taken from their holders at once.
    func forgetSlots(ofTenant tenant: Int64) { accounts[tenant]?.forgetSlots() }
}
