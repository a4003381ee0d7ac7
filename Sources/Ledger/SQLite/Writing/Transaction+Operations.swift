import TranscodeModel

extension Transaction {
    func perform(_ operation: LedgerOperation) throws -> LedgerAnswer {
        switch operation {
        case .register(let node):
            try register(node)
            return .noted
        case .retire(let node):
            let retire = try statement(
                "UPDATE OR ROLLBACK node SET retired_at = ?2 WHERE id = ?1 AND retired_at IS NULL")
            retire.bind(1, node.text)
            retire.bind(2, now)
            try retire.run()
            return .noted
        case .lease(let picks, let node, let duration):
            return .leased(try picks.compactMap { try lease($0, node, duration) })
        case .hedge(let token, let node, let duration, let reason):
            return .leased(try hedge(token, node, duration, reason).map { [$0] } ?? [])
        case .renew(let held, let duration):
            return .renewed(try renew(held, duration))
        case .complete(let completion):
            return .completed(try complete(completion))
        case .release(let lost):
            return .released(try release(lost))
        case .setBreaker(let record):
            return .breakerSet(try setBreaker(record))
        }
    }

    private func register(_ node: NodeRecord) throws {
        let insert = try statement(
            """
            INSERT OR IGNORE INTO node (id, host, boot_id, process_id, process_start, workers, started_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        insert.bind(1, node.id.text)
        insert.bind(2, node.host)
        insert.bind(3, node.bootID)
        insert.bind(4, Int64(node.processID))
        insert.bind(5, node.processStart)
        insert.bind(6, node.workers)
        insert.bind(7, now)
        try insert.run()
    }

    private func setBreaker(_ record: BreakerRecord) throws -> Bool {
        let set = try statement(
            record.generation == 1
                ? """
                INSERT OR IGNORE INTO breaker (key, state, generation, failures, retry_at, reason, event)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT reelmill_next()))
                """
                : """
                UPDATE OR ROLLBACK breaker SET state = ?2, generation = ?3, failures = ?4, retry_at = ?5, reason = ?6,
                    event = (SELECT reelmill_next())
                WHERE key = ?1 AND generation = ?3 - 1
                """)
        set.bind(1, record.key)
        set.bind(2, record.state.rawValue)
        set.bind(3, record.generation)
        set.bind(4, record.failures)
        set.bind(5, record.retryAtMilliseconds)
        set.bind(6, record.reason)
        return try set.run() > 0
    }
}
