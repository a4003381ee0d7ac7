import TranscodeModel

/// A tenant in the course of a transaction: what it has been charged, and which of its slots are taken.
struct TenantAccount {
    let number: Int64
    let weight: Double
    let cap: Int?
    private(set) var virtualTime: Double
    private(set) var isCharged = false
    /// Nil until they are needed; never, without a cap.
    private var taken: Set<Int64>?
    /// No smaller slot is free.
    private var firstFree: Int64 = 1

    init(_ number: Int64, _ transaction: Transaction) throws {
        let row = try transaction.statement(
            "SELECT weight, cap, virtual_time FROM tenant WHERE number = ?1")
        row.bind(1, number)
        guard try row.step() else {
            throw LedgerFailure(.corrupt, "the ledger has lost tenant \(number)")
        }
        defer { row.reset() }
        self.number = number
        weight = row.double(0)
        cap = row.optionalInt64(1).map { Int($0) }
        virtualTime = row.double(2)
    }

    /// Start-time fair queueing (Goyal, Vin, Cheng 1996): a tenant that was away joins at the system's virtual time,
    /// and not with the credit of its absence. Returns the system's new virtual time, which stays where it is for a unit
    /// out of turn.
    mutating func charge(
        _ cpuSeconds: Double, isOutOfTurn: Bool, systemVirtualTime: Double
    ) -> Double {
        let start = max(systemVirtualTime, virtualTime)
        virtualTime = start + cpuSeconds / weight
        isCharged = true
        return isOutOfTurn ? systemVirtualTime : start
    }

    /// The estimate was charged at the lease; the truth replaces it.
    mutating func correct(_ cpuSeconds: Double) {
        let corrected = max(0, virtualTime + cpuSeconds / weight)
        isCharged = isCharged || corrected != virtualTime
        virtualTime = corrected
    }

    /// Whether one unit more may be leased; with a slot for it if the tenant has a cap.
    mutating func takeSlot(_ transaction: Transaction) throws -> (isGranted: Bool, slot: Int64?) {
        guard let cap, !transaction.has(.noCap) else { return (true, nil) }
        var taken = try self.taken ?? Self.slots(number, transaction)
        defer { self.taken = taken }
        guard taken.count < cap else { return (false, nil) }
        while taken.contains(firstFree) { firstFree += 1 }
        taken.insert(firstFree)
        return (true, firstFree)
    }

    mutating func freeSlot(_ slot: Int64?) {
        guard let slot else { return }
        taken?.remove(slot)
        firstFree = min(firstFree, slot)
    }

    mutating func forgetSlots() {
        taken = nil
        firstFree = 1
    }

    private static func slots(_ tenant: Int64, _ transaction: Transaction) throws -> Set<Int64> {
        let rows = try transaction.statement("SELECT slot FROM slot WHERE tenant = ?1")
        rows.bind(1, tenant)
        var slots: Set<Int64> = []
        while try rows.step() { slots.insert(rows.int64(0)) }
        return slots
    }
}
