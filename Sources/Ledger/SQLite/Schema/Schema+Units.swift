import TranscodeModel

extension Schema {
    private static let unit = "NEW.tenant, NEW.job, NEW.id & 1048575, NEW.kind"

    /// Each change of a unit is one of three: a claim, a completion, or any other. The first two have triggers of
    /// their own, without a choice to make.
    var unitTriggers: String {
        """
        CREATE TRIGGER unit_born AFTER INSERT ON work_unit BEGIN
            SELECT RAISE(ABORT, 'a unit is born blocked or ready, in a job that is being planned')
            WHERE NEW.state = 'leased' OR NEW.epoch <> 0 OR NEW.attempt <> 0 OR NEW.event <> 0
                OR NEW.unmet <> NEW.fan_in OR NEW.finished_at IS NOT NULL OR NEW.delayed <> 0
                OR NOT coalesce((SELECT j.tenant = NEW.tenant AND j.id = NEW.job
                    AND j.state = 'planning' AND (NEW.kind = 'probe') = (NEW.id & 1048575 = 0)
                    FROM job j WHERE j.number = NEW.id >> 20), 0);
        END;

        CREATE TRIGGER unit_leased AFTER UPDATE ON work_unit
        WHEN OLD.state = 'ready' AND NEW.state = 'leased'
        BEGIN
            SELECT RAISE(ABORT, 'the epoch and the attempts move with each claim')
            WHERE NEW.epoch <> OLD.epoch + 1
                OR NEW.attempt <> OLD.attempt + \(has(.noAttemptAtLease) ? 0 : 1)
                OR NEW.holder <> NEW.attempt OR NEW.rival IS NOT NULL
                OR NEW.attempts_max <> OLD.attempts_max;
            INSERT INTO event VALUES (\(Schema.event(
                "NEW.event", Schema.unit, from: "'ready'", to: "'leased'",
                "NEW.epoch, NEW.attempt, NEW.node", detail: "NULL", previous: "OLD.event")));
        END;

        CREATE TRIGGER unit_done AFTER UPDATE ON work_unit
        WHEN OLD.state = 'leased' AND NEW.state = 'done'
        BEGIN
            SELECT RAISE(ABORT, 'the epoch and the attempts stay with a completion')
            WHERE NEW.epoch <> OLD.epoch OR NEW.attempt <> OLD.attempt
                OR NEW.attempts_max <> OLD.attempts_max;
            INSERT INTO event SELECT \(Schema.event(
                "NEW.event", Schema.unit, from: "'leased'", to: "'done'",
                "NEW.epoch, c.attempt, CASE c.attempt WHEN OLD.rival THEN OLD.rival_node ELSE OLD.node END",
                detail: "c.sha256", previous: "OLD.event"))
            FROM completion c WHERE c.unit = NEW.id AND c.epoch = NEW.epoch
                AND (c.attempt = OLD.holder OR c.attempt = OLD.rival);
            SELECT RAISE(ABORT, 'a unit is done by its completion only') WHERE changes() = 0;
            UPDATE job SET state = 'ready', finished_at = NEW.finished_at, event = reelmill_next(),
                reason = NULL
                WHERE NEW.kind = 'publish' AND number = NEW.id >> 20 AND state = 'running';
        END;

        CREATE TRIGGER unit_changed AFTER UPDATE ON work_unit
        WHEN NOT (OLD.state = 'ready' AND NEW.state = 'leased')
            AND NOT (OLD.state = 'leased' AND NEW.state = 'done')
        BEGIN
            SELECT RAISE(ABORT, 'no such edge between unit states, or the epoch does not move with it')
            WHERE NOT coalesce(\(edges), 0);
            INSERT INTO event SELECT \(Schema.event(
                "NEW.event", Schema.unit, from: "OLD.state", to: "NEW.state",
                "NEW.epoch, \(Schema.attemptConcerned), \(Schema.nodeConcerned)",
                detail: "NEW.reason", previous: "OLD.event"))
            WHERE NEW.event <> OLD.event;
        END;
        """
    }

    /// What any other change may be. The event moves with each change of the state or of who holds the unit.
    private var edges: String {
        """
        NEW.event >= OLD.event AND CASE OLD.state
            WHEN 'leased' THEN CASE
                WHEN NEW.state = 'leased' THEN NEW.epoch = OLD.epoch
                    AND NEW.attempts_max = OLD.attempts_max AND \(leaseEdges)
                WHEN NEW.state = 'ready' THEN \(lossEdge) AND NEW.attempts_max - OLD.attempts_max IN (0, 1)
                WHEN NEW.state = 'dead' THEN \(lossEdge) AND NEW.attempts_max - OLD.attempts_max IN (0, 1)
                ELSE NEW.state = 'cancelled' AND NEW.epoch = OLD.epoch + 1
                    AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max
                    AND NEW.event > OLD.event
                END
            WHEN 'blocked' THEN \(Schema.sameClaims) AND CASE NEW.state
                WHEN 'blocked' THEN NEW.event = OLD.event
                ELSE (NEW.state = 'ready' OR NEW.state = 'cancelled') AND NEW.event > OLD.event END
            WHEN 'ready' THEN \(Schema.sameClaims) AND CASE NEW.state
                WHEN 'ready' THEN NEW.event = OLD.event
                ELSE NEW.state = 'cancelled' AND NEW.event > OLD.event END
            ELSE 0 END
        """
    }

    /// A hedge, a renewal, or the loss of one of two leases.
    private var leaseEdges: String {
        """
        CASE
            WHEN NEW.rival IS NOT NULL AND OLD.rival IS NULL THEN NEW.rival = NEW.attempt
                AND NEW.attempt = OLD.attempt + \(has(.noAttemptAtLease) ? 0 : 1)
                AND NEW.holder = OLD.holder AND NEW.event > OLD.event
            WHEN NEW.attempt <> OLD.attempt THEN 0
            WHEN NEW.holder = OLD.holder AND NEW.rival IS OLD.rival THEN NEW.event = OLD.event
            ELSE (NEW.holder = OLD.holder OR NEW.holder = OLD.rival) AND NEW.rival IS NULL
                AND NEW.event > OLD.event END
        """
    }

    private var lossEdge: String {
        """
        NEW.epoch = OLD.epoch + \(has(.noEpochOnLoss) ? 0 : 1) AND NEW.attempt = OLD.attempt
            AND \(has(.noEventOnLoss) ? "1" : "NEW.event > OLD.event")
        """
    }

    private static let sameClaims = """
        NEW.epoch = OLD.epoch AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max
        """

    /// Whose lease a change is about: the new hedge, the one that was lost, or the unit's newest.
    private static let attemptConcerned = concerned(
        "NEW.rival", "OLD.rival", "OLD.holder", "NEW.attempt")
    private static let nodeConcerned = concerned(
        "NEW.rival_node", "OLD.rival_node", "OLD.node", "OLD.node")

    private static func concerned(
        _ newRival: String, _ oldRival: String, _ oldHolder: String, _ other: String
    ) -> String {
        """
        CASE WHEN OLD.state <> 'leased' OR NEW.state = 'cancelled' THEN \(other)
            WHEN NEW.state <> 'leased' THEN \(oldHolder)
            WHEN NEW.rival IS NOT NULL THEN \(newRival)
            WHEN NEW.holder = OLD.holder THEN \(oldRival) ELSE \(oldHolder) END
        """
    }

    /// The slots follow the units.
    static let slotTrigger = """
        CREATE TRIGGER unit_slots AFTER UPDATE OF slot, rival_slot ON work_unit
        WHEN OLD.slot IS NOT NEW.slot OR OLD.rival_slot IS NOT NEW.rival_slot
        BEGIN
            DELETE FROM slot WHERE tenant = NEW.queue >> 1 AND slot = OLD.slot;
            DELETE FROM slot WHERE tenant = NEW.queue >> 1 AND slot = OLD.rival_slot;
            INSERT INTO slot SELECT NEW.queue >> 1, NEW.slot, NEW.id WHERE NEW.slot IS NOT NULL;
            INSERT INTO slot SELECT NEW.queue >> 1, NEW.rival_slot, NEW.id
                WHERE NEW.rival_slot IS NOT NULL;
            SELECT RAISE(ABORT, 'the tenant is at its cap')
            WHERE OLD.state = 'ready' AND NEW.slot > (SELECT cap FROM tenant WHERE number = NEW.queue >> 1);
        END;
        """

    /// The only commit point: everything that a completion causes happens here.
    var completionTriggers: String {
        let ended = has(.doubleFanIn) ? "unmet <= 2" : "unmet = 1"
        let rest = has(.doubleFanIn) ? "max(unmet - 2, 0)" : "unmet - 1"
        let fanIn = """
            UPDATE work_unit SET unmet = \(rest),
                state = CASE WHEN \(ended) THEN 'ready' ELSE 'blocked' END,
                run_at = CASE WHEN \(ended) THEN NEW.committed_at ELSE run_at END,
                event = CASE WHEN \(ended) THEN reelmill_next() ELSE event END
                WHERE state = 'blocked'
                    AND id IN (SELECT unit FROM dependency WHERE waits_on = NEW.unit);
            """
        return """
            CREATE TRIGGER completion_committed AFTER INSERT ON completion BEGIN
                UPDATE work_unit SET state = 'done', holder = NULL, node = NULL, lease_until = NULL,
                    slot = NULL, rival = NULL, rival_node = NULL, rival_until = NULL,
                    rival_slot = NULL, finished_at = NEW.committed_at, reason = NULL,
                    event = reelmill_next()
                    WHERE id = NEW.unit AND state = 'leased' AND epoch = NEW.epoch
                        AND (holder = NEW.attempt OR rival = NEW.attempt);
                SELECT RAISE(ABORT, 'fenced: another lease owns this unit, or none')
                    WHERE changes() = 0;
                \(has(.noFanIn) ? "" : fanIn)
            END;
            """
    }
}
