import TranscodeModel

extension Schema {
    var jobTriggers: String {
        """
        CREATE TRIGGER job_born AFTER INSERT ON job BEGIN
            SELECT RAISE(ROLLBACK, 'a job is born planning') WHERE NEW.state <> 'planning';
            INSERT INTO event VALUES (\(Schema.event(
                "NEW.event", "NEW.tenant, NEW.id, NULL, 'job'", from: "NULL", to: "NEW.state",
                "NULL, NULL, NULL", detail: "NEW.source", previous: "0")));
        END;

        CREATE TRIGGER job_changed AFTER UPDATE ON job BEGIN
            SELECT RAISE(ROLLBACK, 'no such edge between job states, or it is too early or too late')
            WHERE NOT coalesce((\(edges)), 0);
            INSERT INTO event SELECT \(Schema.event(
                "NEW.event", "NEW.tenant, NEW.id, NULL, 'job'", from: "OLD.state",
                to: "NEW.state", "NULL, NULL, NULL", detail: "NEW.reason", previous: "OLD.event"))
            WHERE NEW.event <> OLD.event;
        END;

        CREATE TRIGGER plan_timely AFTER INSERT ON plan BEGIN
            SELECT RAISE(ROLLBACK, 'a job is planned once')
            WHERE (SELECT state FROM job WHERE number = NEW.job) <> 'planning';
        END;
        CREATE TRIGGER gate_timely AFTER INSERT ON gate BEGIN
            SELECT RAISE(ROLLBACK, 'gates are planned with their units')
            WHERE NEW.opened OR NOT EXISTS
                (SELECT 1 FROM job WHERE number = NEW.id >> 20 AND state = 'planning');
        END;
        CREATE TRIGGER gate_unit_timely AFTER INSERT ON gate_unit BEGIN
            SELECT RAISE(ROLLBACK, 'gates are planned with their units')
            WHERE NOT EXISTS (SELECT 1 FROM job WHERE number = NEW.unit >> 20 AND state = 'planning')
                OR NOT EXISTS (SELECT 1 FROM gate WHERE id = NEW.gate)
                OR NOT EXISTS (SELECT 1 FROM work_unit WHERE id = NEW.unit);
        END;
        """
    }

    /// A job that is steered stays in its state, and says why. A running job has its plan and all its units; a ready one a completed publish unit (I6); one that failed or was
    /// cancelled leaves no unit behind that could still be worked on (I5).
    private var edges: String {
        let units = "w.id BETWEEN NEW.number << 20 AND NEW.number << 20 | 1048575"
        return """
            CASE WHEN NEW.state = OLD.state THEN
                NEW.finished_at IS OLD.finished_at
                AND NEW.failure IS OLD.failure AND NEW.failed_position IS OLD.failed_position
                AND NEW.units_total = OLD.units_total AND CASE
                    WHEN NEW.event = OLD.event THEN NEW.priority = OLD.priority AND NEW.reason IS OLD.reason
                    ELSE NEW.event > OLD.event AND NEW.finished_at IS NULL END
                AND (NEW.superseded = OLD.superseded OR OLD.state = 'ready')
            WHEN NEW.event <= OLD.event OR NEW.priority <> OLD.priority THEN 0
            WHEN NEW.state = 'running' THEN OLD.state = 'planning'
                AND EXISTS (SELECT 1 FROM plan WHERE job = NEW.number)
                AND NEW.units_total = (SELECT count(*) FROM work_unit w WHERE \(units))
            WHEN NEW.state = 'ready' THEN OLD.state = 'running' AND EXISTS
                (SELECT 1 FROM work_unit w WHERE \(units) AND w.kind = 'publish' AND w.state = 'done')
            ELSE (NEW.state = 'failed' OR NEW.state = 'cancelled')
                AND (OLD.state = 'planning' OR OLD.state = 'running')
                \(has(.deadKeepsSiblings)
                    ? ""
                    : "AND NOT EXISTS (SELECT 1 FROM work_unit w WHERE \(units) AND w.finished_at IS NULL)")
            END
            """
    }
}
