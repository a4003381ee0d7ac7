import TranscodeModel

/// The tables, and the rules that no statement can break. All states, edges and effects of a
/// completion are enforced here, so that a bug elsewhere is an error and not a wrong row.
///
/// What is hot is narrow: a lease and a completion together write the unit's row twice, append two events and one
/// completion, and touch the two small indexes of what is ready and what is leased. Rows have integers for keys, in
/// the order in which they come into being, so that neighbours in time are neighbours on pages.
///
/// What is refused rolls the whole transaction back, here and in the statements (`OR ROLLBACK`): that is what a refusal
/// means, and SQLite need not copy each page that a statement changes in case it has to undo that statement alone.
struct Schema {
    static let version = 5
    /// What is older was made by builds that were never released.
    static let firstReleased = 2

    /// A unit's key is its job's number and its position: `number << 20 | position`.
    static let positionBits: Int64 = 20
    static let positionMask: Int64 = 1 << positionBits - 1

    /// Of the mutation tests: a guard that is left out, so that the bug is really there.
    var plantedBug: PlantedBug?

    var statements: String {
        [
            Schema.tables, Schema.jobStateIndex, Schema.unitTable, Schema.otherTables,
            Schema.backfillTables, Schema.retentionTables, Schema.costTable, triggers,
        ].joined(separator: "\n")
    }

    /// Apart from the tables: a migration drops them all, and makes these.
    var triggers: String {
        [
            Schema.eventTriggers, unitTriggers, Schema.slotTrigger, completionTriggers, jobTriggers,
            Schema.backfillTriggers, Schema.ruleTriggers, Schema.retentionTriggers,
        ].joined(separator: "\n")
    }

    func has(_ bug: PlantedBug) -> Bool { plantedBug == bug }

    static let now = "(SELECT reelmill_now())"

    /// An event of a row that has just been changed: the values of `event` in order, the hash over all but `previous`.
    static func event(
        _ sequence: String, _ subject: String, from: String, to: String, _ owner: String,
        detail: String, previous: String
    ) -> String {
        let fields = "\(sequence), \(now), \(subject), \(from), \(to), \(owner), \(detail)"
        return "\(fields), \(previous), (SELECT reelmill_link(\(fields)))"
    }

    /// A trigger that refuses what it is fired by.
    static func refusal(_ name: String, _ occasion: String, _ message: String) -> String {
        """
        CREATE TRIGGER \(name) BEFORE \(occasion)
        BEGIN SELECT RAISE(ROLLBACK, '\(message)'); END;
        """
    }

    static let ruleTriggers = [
        refusal("event_fixed", "UPDATE ON event", "history is append-only"),
        refusal("event_kept", "DELETE ON event", "history is append-only"),
        refusal(
            "unit_fixed",
            """
            UPDATE OF id, feeds, tenant, job, kind, work, content, content_key, queue, urgent, created_at,
            critical_seconds, cpu_seconds, memory_bytes, output_bytes, fan_in ON work_unit
            """, "what a unit does never changes"),
        refusal("unit_kept", "DELETE ON work_unit", "units are not deleted"),
        refusal("gate_fixed", "UPDATE OF id ON gate", "what waits for what never changes"),
        refusal("gate_kept", "DELETE ON gate", "gates are not deleted"),
        refusal("gate_unit_fixed", "UPDATE ON gate_unit", "what waits for what never changes"),
        refusal("gate_unit_kept", "DELETE ON gate_unit", "what waits for what never changes"),
        refusal("completion_fixed", "UPDATE ON completion", "a completion never changes"),
        refusal("completion_kept", "DELETE ON completion", "completions are not deleted"),
        refusal(
            "job_fixed",
            """
            UPDATE OF number, tenant, id, key, content, source, profile, profile_digest, codec,
            destination, class, attempts_max, created_at ON job
            """, "what a job is never changes"),
        refusal("job_kept", "DELETE ON job", "jobs are not deleted"),
        refusal("plan_fixed", "UPDATE ON plan", "a plan never changes"),
        refusal("plan_kept", "DELETE ON plan", "plans are not deleted"),
        refusal("breaker_kept", "DELETE ON breaker", "breakers are not deleted"),
        refusal("tenant_kept", "DELETE ON tenant", "tenants are not deleted"),
    ].joined(separator: "\n")
}
