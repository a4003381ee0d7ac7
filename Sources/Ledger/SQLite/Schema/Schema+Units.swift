import TranscodeModel

extension Schema {
    private static let unit = "NEW.tenant, NEW.job, NEW.id & 1048575, NEW.kind"

    var unitTriggers: String {
        """
        CREATE TRIGGER unit_born AFTER INSERT ON work_unit BEGIN
            SELECT RAISE(ROLLBACK, 'a unit is born blocked or ready, in a job that is being planned')
            WHERE NOT coalesce((NEW.state = CASE NEW.fan_in WHEN 0 THEN 'ready' ELSE 'blocked' END)
                AND NEW.unmet = NEW.fan_in AND NEW.epoch = 0 AND NEW.attempt = 0 AND NEW.event = 0
                AND NEW.attempts_max > 0 AND NEW.delayed = 0
                AND coalesce(NEW.holder, NEW.node, NEW.lease_until, NEW.slot, NEW.rival,
                    NEW.rival_node, NEW.rival_until, NEW.rival_slot, NEW.finished_at) IS NULL
                AND (SELECT j.tenant = NEW.tenant AND j.id = NEW.job
                    AND j.state = 'planning' AND (NEW.kind = 'probe') = (NEW.id & 1048575 = 0)
                    FROM job j WHERE j.number = NEW.id >> 20), 0);
        END;

        CREATE TRIGGER unit_changed AFTER UPDATE ON work_unit BEGIN
            SELECT RAISE(ROLLBACK, 'no such edge between unit states, or the row does not fit it')
            WHERE NOT coalesce(CASE
                WHEN OLD.state = 'ready' AND NEW.state = 'leased' THEN \(claim)
                WHEN OLD.state = 'leased' AND NEW.state = 'done' THEN \(Schema.completion)
                ELSE \(shape) AND \(edges) END, 0);
            INSERT INTO event SELECT \(Schema.event(
                "NEW.event", Schema.unit, from: "OLD.state", to: "NEW.state",
                "NEW.epoch, \(Schema.attemptConcerned), \(Schema.nodeConcerned)",
                detail: "NEW.reason", previous: "OLD.event"))
            WHERE NEW.event <> OLD.event AND NEW.state <> 'done';
            INSERT INTO event SELECT \(Schema.doneEvent("c")), OLD.event,
                (SELECT reelmill_link(\(Schema.doneEvent("l"))) FROM completion l WHERE l.unit = NEW.id)
            FROM completion c WHERE NEW.state = 'done' AND c.unit = NEW.id;
        END;
        """
    }

    /// The fields of a completion's event. An aggregate belongs to the query whose columns it is given, so that the hash
    /// has to read the completion for itself.
    private static func doneEvent(_ completion: String) -> String {
        """
        NEW.event, \(Schema.now), \(Schema.unit), 'leased', 'done', NEW.epoch, \(completion).attempt,
        CASE \(completion).attempt WHEN OLD.rival THEN OLD.rival_node ELSE OLD.node END,
        \(completion).sha256
        """
    }

    /// The epoch and the attempts move with each claim.
    private var claim: String {
        """
        NEW.epoch = OLD.epoch + 1 AND NEW.attempt = OLD.attempt + \(has(.noAttemptAtLease) ? 0 : 1)
            AND NEW.holder = NEW.attempt AND NEW.rival IS NULL AND NEW.rival_slot IS NULL
            AND NEW.node IS NOT NULL AND NEW.lease_until IS NOT NULL AND NEW.delayed = 0
            AND NEW.attempt <= NEW.attempts_max AND NEW.attempts_max = OLD.attempts_max
            AND NEW.unmet = 0 AND NEW.finished_at IS NULL AND NEW.event > OLD.event
        """
    }

    /// They stay with a completion, and there is one.
    private static let completion = """
        NEW.epoch = OLD.epoch AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max
            AND NEW.holder IS NULL AND NEW.node IS NULL AND NEW.lease_until IS NULL
            AND NEW.slot IS NULL AND NEW.rival IS NULL AND NEW.rival_node IS NULL
            AND NEW.rival_until IS NULL AND NEW.rival_slot IS NULL
            AND NEW.unmet = 0 AND NEW.finished_at IS NOT NULL AND NEW.event > OLD.event
            AND EXISTS (SELECT 1 FROM completion c WHERE c.unit = NEW.id AND c.epoch = NEW.epoch
                AND (c.attempt = OLD.holder OR c.attempt = OLD.rival))
        """

    /// What any row must look like.
    private var shape: String {
        """
        NEW.state IN ('blocked', 'ready', 'leased', 'dead', 'cancelled')
            AND (NEW.state = 'cancelled' OR (NEW.state = 'blocked') = (NEW.unmet > 0))
            AND (NEW.state = 'leased') = (NEW.holder IS NOT NULL)
            AND (NEW.holder IS NULL) = (NEW.node IS NULL)
            AND (NEW.holder IS NULL) = (NEW.lease_until IS NULL)
            AND (NEW.rival IS NULL) = (NEW.rival_node IS NULL)
            AND (NEW.rival IS NULL) = (NEW.rival_until IS NULL)
            AND (NEW.rival IS NULL OR NEW.holder IS NOT NULL\(
                has(.noAttemptAtLease) ? "" : " AND NEW.rival <> NEW.holder"))
            AND (NEW.slot IS NULL OR NEW.holder IS NOT NULL)
            AND (NEW.rival_slot IS NULL OR NEW.rival IS NOT NULL)
            AND (NEW.finished_at IS NOT NULL) = (NEW.state = 'dead' OR NEW.state = 'cancelled')
            AND \(has(.noEpochOnLoss) ? "1" : "NEW.epoch % 2 = (NEW.state = 'leased')")
            AND NEW.attempt <= NEW.attempts_max
            AND (NEW.state <> 'ready' OR NEW.attempt < NEW.attempts_max)
            AND (NEW.delayed = 0 OR NEW.delayed = 1 AND NEW.state = 'ready')
        """
    }

    /// What any other change may be. The event moves with each change of the state or of who holds the unit.
    private var edges: String {
        """
        NEW.event >= OLD.event AND CASE
            WHEN NEW.priority <> OLD.priority THEN NEW.state = OLD.state AND NEW.event = OLD.event
                AND NEW.finished_at IS NULL AND NEW.epoch = OLD.epoch
                AND NEW.attempt = OLD.attempt AND NEW.holder IS OLD.holder AND NEW.rival IS OLD.rival
                AND NEW.unmet = OLD.unmet AND NEW.attempts_max = OLD.attempts_max
            ELSE CASE OLD.state
            WHEN 'leased' THEN CASE
                WHEN NEW.state = 'leased' THEN NEW.epoch = OLD.epoch
                    AND NEW.attempts_max = OLD.attempts_max AND \(leaseEdges)
                WHEN NEW.state = 'ready' OR NEW.state = 'dead' THEN
                    \(lossEdge) AND NEW.attempts_max - OLD.attempts_max IN (0, 1)
                ELSE NEW.state = 'cancelled' AND NEW.epoch = OLD.epoch + 1
                    AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max
                    AND NEW.event > OLD.event
                END
            WHEN 'blocked' THEN \(Schema.sameClaims) AND CASE NEW.state
                WHEN 'blocked' THEN NEW.event = OLD.event AND NEW.unmet < OLD.unmet
                ELSE (NEW.state = 'ready' OR NEW.state = 'cancelled') AND NEW.event > OLD.event END
            WHEN 'ready' THEN \(Schema.sameClaims) AND CASE NEW.state
                WHEN 'ready' THEN NEW.event = OLD.event
                ELSE NEW.state = 'cancelled' AND NEW.event > OLD.event END
            ELSE 0 END END
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
        "NEW.rival_node", "OLD.rival_node", "OLD.node", "coalesce(NEW.node, OLD.node)")

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
            SELECT RAISE(ROLLBACK, 'the tenant is at its cap')
            WHERE OLD.state = 'ready' AND NEW.slot > (SELECT cap FROM tenant WHERE number = NEW.queue >> 1);
        END;
        """

    /// The only commit point: everything that a completion causes happens here.
    var completionTriggers: String {
        let step = has(.doubleFanIn) ? "CASE WHEN left < 2 THEN 0 ELSE left - 2 END" : "left - 1"
        let feeds = "(SELECT feeds FROM work_unit WHERE id = NEW.unit)"
        let fanIn = """
            UPDATE gate SET left = \(step) WHERE id = \(feeds);
                UPDATE gate SET opened = 1 WHERE id = \(feeds) AND left = 0;
            """
        return """
            CREATE TRIGGER completion_committed AFTER INSERT ON completion BEGIN
                UPDATE work_unit SET state = 'done', holder = NULL, node = NULL, lease_until = NULL,
                    slot = NULL, rival = NULL, rival_node = NULL, rival_until = NULL,
                    rival_slot = NULL, finished_at = NEW.committed_at, reason = NULL,
                    event = (SELECT reelmill_next())
                    WHERE id = NEW.unit AND state = 'leased' AND epoch = NEW.epoch
                        AND (holder = NEW.attempt OR rival = NEW.attempt);
                SELECT RAISE(ROLLBACK, 'fenced: another lease owns this unit, or none')
                    WHERE (SELECT state FROM work_unit WHERE id = NEW.unit AND epoch = NEW.epoch)
                        IS NOT 'done';
                \(has(.noFanIn) ? "" : fanIn)
                UPDATE job SET state = 'ready', finished_at = NEW.committed_at, reason = NULL,
                    event = (SELECT reelmill_next())
                    WHERE state = 'running' AND number =
                        (SELECT id >> 20 FROM work_unit WHERE id = NEW.unit AND kind = 'publish');
            END;

            CREATE TRIGGER gate_opened AFTER UPDATE OF opened ON gate WHEN NEW.opened > OLD.opened
            BEGIN
                UPDATE work_unit SET unmet = unmet - 1,
                    state = CASE WHEN unmet = 1 THEN 'ready' ELSE 'blocked' END,
                    run_at = CASE WHEN unmet = 1 THEN \(Schema.now) ELSE run_at END,
                    event = CASE WHEN unmet = 1 THEN (SELECT reelmill_next(u.id) FROM work_unit u WHERE u.id = work_unit.id) ELSE event END
                    WHERE state = 'blocked'
                        AND id IN (SELECT unit FROM gate_unit WHERE gate = NEW.id);
            END;
            """
    }
}
