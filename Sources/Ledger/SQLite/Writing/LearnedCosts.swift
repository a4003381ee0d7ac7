import TranscodeModel

/// What a transaction's completions teach: read once and written once for each kind of work, however many there are.
struct LearnedCosts {
    private struct Key: Hashable {
        var machine: String
        var work: String
    }
    private var costs: [Key: LearnedCost] = [:]

    mutating func learn(_ lesson: CostLesson, _ transaction: Transaction) throws {
        for sample in lesson.samples where lesson.canBeKept(sample) {
            let key = Key(machine: lesson.machine, work: sample.work)
            var cost =
                try costs[key] ?? LearnedCosts.read(key, transaction)
                ?? LearnedCost(machine: key.machine, work: key.work)
            cost.learn(sample)
            costs[key] = cost
        }
    }

    private static func read(_ key: Key, _ transaction: Transaction) throws -> LearnedCost? {
        let row = try transaction.statement(
            "SELECT bias, spread, samples FROM learned_cost WHERE machine = ?1 AND work = ?2")
        row.bind(1, key.machine)
        row.bind(2, key.work)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return LearnedCost(
            machine: key.machine, work: key.work, bias: row.double(0), spread: row.double(1),
            samples: row.int64(2))
    }

    func write(_ transaction: Transaction) throws {
        guard !costs.isEmpty else { return }
        let upsert = try transaction.statement(
            """
            INSERT INTO learned_cost (machine, work, bias, spread, samples) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (machine, work) DO UPDATE SET bias = ?3, spread = ?4, samples = ?5
            """)
        for cost in costs.values {
            upsert.bind(1, cost.machine)
            upsert.bind(2, cost.work)
            upsert.bind(3, cost.bias)
            upsert.bind(4, cost.spread)
            upsert.bind(5, cost.samples)
            try upsert.run()
        }
    }
}
