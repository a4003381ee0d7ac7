/// The tables, and the rules that no statement can break. All states, edges and effects of a
/// completion are enforced here, so that a bug elsewhere is an error and not a wrong row.
enum Schema {
    static let version = 1

    static let statements = tables + "\n" + eventTriggers + "\n" + unitTriggers + "\n" + jobTriggers

    private static let tables = """
        CREATE TABLE tenant (
            tenant TEXT PRIMARY KEY,
            weight REAL NOT NULL DEFAULT 1 CHECK (weight > 0),
            cap INTEGER CHECK (cap > 0),
            virtual_time REAL NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE node (
            id TEXT PRIMARY KEY, host TEXT NOT NULL, boot_id TEXT NOT NULL,
            process_id INTEGER NOT NULL, process_start TEXT NOT NULL, workers INTEGER NOT NULL,
            started_at INTEGER NOT NULL, retired_at INTEGER
        ) STRICT;

        CREATE TABLE job (
            tenant TEXT NOT NULL REFERENCES tenant,
            id TEXT NOT NULL UNIQUE,
            key TEXT,
            content BLOB NOT NULL CHECK (length(content) = 32),
            state TEXT NOT NULL CHECK (state IN ('planning','running','ready','failed','cancelled')),
            superseded INTEGER NOT NULL DEFAULT 0 CHECK (superseded IN (0, 1)),
            source TEXT NOT NULL, profile TEXT NOT NULL,
            profile_digest BLOB NOT NULL CHECK (length(profile_digest) = 32),
            destination TEXT NOT NULL,
            class TEXT NOT NULL CHECK (class IN ('live','backfill')),
            priority INTEGER NOT NULL,
            attempts_max INTEGER NOT NULL CHECK (attempts_max > 0),
            created_at INTEGER NOT NULL, finished_at INTEGER,
            plan TEXT, failure TEXT, failed_position INTEGER, reason TEXT,
            units_total INTEGER NOT NULL DEFAULT 1,
            units_done INTEGER NOT NULL DEFAULT 0 CHECK (units_done <= units_total),
            PRIMARY KEY (tenant, id),
            CHECK ((state = 'failed') = (failure IS NOT NULL)),
            CHECK ((state IN ('ready','failed','cancelled')) = (finished_at IS NOT NULL)),
            CHECK (state <> 'running' OR plan IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX job_content ON job (tenant, content)
            WHERE state NOT IN ('failed','cancelled') AND superseded = 0;
        CREATE UNIQUE INDEX job_key ON job (tenant, key)
            WHERE key IS NOT NULL AND state NOT IN ('failed','cancelled') AND superseded = 0;
        CREATE INDEX job_unfinished ON job (id) WHERE finished_at IS NULL;
        CREATE INDEX job_created ON job (created_at, id);

        CREATE TABLE work_unit (
            tenant TEXT NOT NULL, job TEXT NOT NULL,
            position INTEGER NOT NULL CHECK (position >= 0),
            kind TEXT NOT NULL CHECK (kind IN
                ('probe','encode','audio','images','stitch','package','verify','publish')),
            work TEXT,
            content BLOB NOT NULL CHECK (length(content) = 32),
            state TEXT NOT NULL CHECK (state IN
                ('blocked','ready','leased','done','dead','cancelled')),
            unmet INTEGER NOT NULL CHECK (unmet >= 0),
            run_at INTEGER NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 0,
            attempts_max INTEGER NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            node TEXT REFERENCES node, lease_until INTEGER,
            progress INTEGER NOT NULL DEFAULT 0,
            critical_seconds REAL NOT NULL,
            cpu_seconds REAL NOT NULL, memory_bytes INTEGER NOT NULL, output_bytes INTEGER NOT NULL,
            started_at INTEGER, finished_at INTEGER,
            failure TEXT, note TEXT,
            PRIMARY KEY (tenant, job, position),
            UNIQUE (tenant, job, position, epoch),
            FOREIGN KEY (tenant, job) REFERENCES job (tenant, id),
            CHECK (state = 'cancelled' OR (state = 'blocked') = (unmet > 0)),
            CHECK ((state = 'leased') = (node IS NOT NULL)),
            CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
            CHECK ((epoch % 2 = 1) = (state IN ('leased','done'))),
            CHECK (attempt <= attempts_max),
            CHECK (state <> 'ready' OR attempt < attempts_max)
        ) STRICT;
        CREATE INDEX unit_ready ON work_unit (run_at) WHERE state = 'ready';
        CREATE INDEX unit_leased ON work_unit (lease_until) WHERE state = 'leased';
        CREATE INDEX unit_done ON work_unit (tenant, content) WHERE state = 'done';

        CREATE TABLE dependency (
            tenant TEXT NOT NULL, job TEXT NOT NULL,
            position INTEGER NOT NULL, waits_on INTEGER NOT NULL CHECK (waits_on < position),
            PRIMARY KEY (tenant, job, position, waits_on),
            FOREIGN KEY (tenant, job, position) REFERENCES work_unit (tenant, job, position),
            FOREIGN KEY (tenant, job, waits_on) REFERENCES work_unit (tenant, job, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX dependency_waits_on ON dependency (tenant, job, waits_on);

        -- The primary key allows one completion a unit. The foreign key means that a stale epoch
        -- cannot complete, and that a unit which is done cannot be leased again.
        CREATE TABLE completion (
            tenant TEXT NOT NULL, job TEXT NOT NULL, position INTEGER NOT NULL,
            epoch INTEGER NOT NULL CHECK (epoch % 2 = 1),
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            bytes INTEGER NOT NULL CHECK (bytes >= 0),
            artifact TEXT NOT NULL,
            committed_at INTEGER NOT NULL,
            PRIMARY KEY (tenant, job, position),
            FOREIGN KEY (tenant, job, position, epoch)
                REFERENCES work_unit (tenant, job, position, epoch)
        ) STRICT;

        CREATE TABLE attempt (
            tenant TEXT NOT NULL, job TEXT NOT NULL, position INTEGER NOT NULL,
            attempt INTEGER NOT NULL, epoch INTEGER NOT NULL, node TEXT NOT NULL,
            started_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT, note TEXT,
            PRIMARY KEY (tenant, job, position, attempt),
            FOREIGN KEY (tenant, job, position) REFERENCES work_unit (tenant, job, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL,
            tenant TEXT NOT NULL, job TEXT NOT NULL, position INTEGER, kind TEXT NOT NULL,
            from_state TEXT, to_state TEXT NOT NULL, epoch INTEGER, attempt INTEGER, node TEXT,
            detail TEXT, hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE INDEX event_job ON event (job, sequence);

        CREATE TABLE chain_head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            sequence INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO chain_head VALUES (1, 0, 0, zeroblob(32));
        """

    /// Every transition becomes an event that is chained to the one before (I10).
    private static let eventTriggers = """
        CREATE VIEW transition AS
            SELECT tenant, job, position, kind, from_state, to_state, epoch, attempt, node, detail
            FROM event;
        CREATE TRIGGER transition_noted INSTEAD OF INSERT ON transition BEGIN
            UPDATE chain_head SET sequence = sequence + 1, at = reelmill_now();
            INSERT INTO event
                SELECT sequence, at, NEW.tenant, NEW.job, NEW.position, NEW.kind, NEW.from_state,
                    NEW.to_state, NEW.epoch, NEW.attempt, NEW.node, NEW.detail,
                    reelmill_link(hash, sequence, at, NEW.tenant, NEW.job, NEW.position, NEW.kind,
                        NEW.from_state, NEW.to_state, NEW.epoch, NEW.attempt, NEW.node, NEW.detail)
                FROM chain_head;
            UPDATE chain_head SET hash =
                (SELECT hash FROM event WHERE sequence = chain_head.sequence);
        END;
        CREATE TRIGGER event_fixed BEFORE UPDATE ON event BEGIN
            SELECT RAISE(ABORT, 'history is append-only'); END;
        CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN
            SELECT RAISE(ABORT, 'history is append-only'); END;
        """

    private static let unitTriggers = """
        CREATE TRIGGER unit_born BEFORE INSERT ON work_unit
        WHEN NEW.state NOT IN ('blocked','ready') OR NEW.epoch <> 0 OR NEW.attempt <> 0
            OR (SELECT finished_at FROM job WHERE tenant = NEW.tenant AND id = NEW.job) IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a unit is born blocked or ready, in a live job'); END;

        CREATE TRIGGER unit_edge BEFORE UPDATE OF state ON work_unit
        WHEN OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (VALUES
            ('blocked','ready'), ('blocked','cancelled'), ('ready','leased'), ('ready','cancelled'),
            ('leased','done'), ('leased','ready'), ('leased','dead'), ('leased','cancelled'))
        BEGIN SELECT RAISE(ABORT, 'no such edge between unit states'); END;

        CREATE TRIGGER unit_final BEFORE UPDATE ON work_unit
        WHEN OLD.state IN ('done','dead','cancelled')
        BEGIN SELECT RAISE(ABORT, 'a final unit never changes'); END;

        CREATE TRIGGER unit_epoch BEFORE UPDATE ON work_unit
        WHEN NEW.epoch <> OLD.epoch + (OLD.state <> NEW.state AND NEW.state <> 'done'
                AND 'leased' IN (OLD.state, NEW.state))
            OR NEW.attempt <> OLD.attempt + (OLD.state = 'ready' AND NEW.state = 'leased')
            OR NEW.attempts_max < OLD.attempts_max OR NEW.attempts_max >
                OLD.attempts_max + (OLD.state = 'leased' AND NEW.state = 'ready')
        BEGIN SELECT RAISE(ABORT, 'the epoch moves with each claim and each loss'); END;

        CREATE TRIGGER unit_done BEFORE UPDATE OF state ON work_unit
        WHEN NEW.state = 'done' AND NOT EXISTS (SELECT 1 FROM completion c WHERE
            c.tenant = NEW.tenant AND c.job = NEW.job AND c.position = NEW.position)
        BEGIN SELECT RAISE(ABORT, 'a unit is done by its completion only'); END;

        CREATE TRIGGER unit_fixed
        BEFORE UPDATE OF tenant, job, position, kind, work, content ON work_unit
        BEGIN SELECT RAISE(ABORT, 'what a unit does never changes'); END;

        CREATE TRIGGER unit_kept BEFORE DELETE ON work_unit BEGIN
            SELECT RAISE(ABORT, 'units are not deleted'); END;

        CREATE TRIGGER unit_created AFTER INSERT ON work_unit BEGIN
            INSERT INTO transition VALUES (NEW.tenant, NEW.job, NEW.position, NEW.kind, NULL,
                NEW.state, NEW.epoch, NEW.attempt, NULL, NULL); END;

        CREATE TRIGGER unit_moved AFTER UPDATE OF state ON work_unit WHEN OLD.state <> NEW.state
        BEGIN
            INSERT INTO transition VALUES (NEW.tenant, NEW.job, NEW.position, NEW.kind, OLD.state,
                NEW.state, NEW.epoch, NEW.attempt, coalesce(NEW.node, OLD.node), NEW.note);
            UPDATE attempt SET ended_at = reelmill_now(), outcome = NEW.state, note = NEW.note
                WHERE OLD.state = 'leased' AND tenant = NEW.tenant AND job = NEW.job
                AND position = NEW.position AND attempt = OLD.attempt;
        END;

        CREATE TRIGGER dependency_kept BEFORE DELETE ON dependency BEGIN
            SELECT RAISE(ABORT, 'dependencies are not deleted'); END;
        CREATE TRIGGER dependency_fixed BEFORE UPDATE ON dependency BEGIN
            SELECT RAISE(ABORT, 'dependencies never change'); END;

        CREATE TRIGGER completion_fenced BEFORE INSERT ON completion
        WHEN NOT EXISTS (SELECT 1 FROM work_unit u WHERE u.tenant = NEW.tenant
            AND u.job = NEW.job AND u.position = NEW.position AND u.epoch = NEW.epoch
            AND u.state = 'leased')
        BEGIN SELECT RAISE(ABORT, 'fenced: another epoch owns this unit, or none'); END;

        -- The only commit point: everything that a completion causes happens here.
        CREATE TRIGGER completion_committed AFTER INSERT ON completion BEGIN
            UPDATE work_unit SET state = 'done', node = NULL, lease_until = NULL, note = NULL,
                finished_at = NEW.committed_at
                WHERE tenant = NEW.tenant AND job = NEW.job AND position = NEW.position;
            UPDATE work_unit SET unmet = unmet - 1,
                state = CASE WHEN unmet = 1 THEN 'ready' ELSE 'blocked' END,
                run_at = NEW.committed_at
                WHERE tenant = NEW.tenant AND job = NEW.job AND state = 'blocked' AND position IN
                (SELECT d.position FROM dependency d WHERE d.tenant = NEW.tenant
                    AND d.job = NEW.job AND d.waits_on = NEW.position);
            UPDATE job SET units_done = units_done + 1
                WHERE tenant = NEW.tenant AND id = NEW.job;
            UPDATE job SET state = 'ready', finished_at = NEW.committed_at
                WHERE tenant = NEW.tenant AND id = NEW.job AND state = 'running' AND EXISTS
                (SELECT 1 FROM work_unit u WHERE u.tenant = NEW.tenant AND u.job = NEW.job
                    AND u.position = NEW.position AND u.kind = 'publish');
        END;
        CREATE TRIGGER completion_fixed BEFORE UPDATE ON completion BEGIN
            SELECT RAISE(ABORT, 'a completion never changes'); END;
        CREATE TRIGGER completion_kept BEFORE DELETE ON completion BEGIN
            SELECT RAISE(ABORT, 'completions are not deleted'); END;
        """

    private static let jobTriggers = """
        CREATE TRIGGER job_born BEFORE INSERT ON job WHEN NEW.state <> 'planning'
        BEGIN SELECT RAISE(ABORT, 'a job is born planning'); END;

        CREATE TRIGGER job_edge BEFORE UPDATE OF state ON job
        WHEN OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (VALUES
            ('planning','running'), ('planning','failed'), ('planning','cancelled'),
            ('running','ready'), ('running','failed'), ('running','cancelled'))
        BEGIN SELECT RAISE(ABORT, 'no such edge between job states'); END;

        CREATE TRIGGER job_final BEFORE UPDATE ON job
        WHEN OLD.finished_at IS NOT NULL
            AND (OLD.state <> NEW.state OR OLD.units_done <> NEW.units_done
                OR OLD.failure IS NOT NEW.failure OR OLD.finished_at <> NEW.finished_at)
        BEGIN SELECT RAISE(ABORT, 'a final job never changes'); END;

        CREATE TRIGGER job_fixed BEFORE UPDATE OF tenant, id, key, content, source, profile,
            profile_digest, destination, created_at ON job
        BEGIN SELECT RAISE(ABORT, 'what a job is never changes'); END;

        CREATE TRIGGER job_planned BEFORE UPDATE OF plan ON job WHEN OLD.plan IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;

        CREATE TRIGGER job_kept BEFORE DELETE ON job BEGIN
            SELECT RAISE(ABORT, 'jobs are not deleted'); END;

        CREATE TRIGGER job_created AFTER INSERT ON job BEGIN
            INSERT INTO transition VALUES (NEW.tenant, NEW.id, NULL, 'job', NULL, NEW.state, NULL,
                NULL, NULL, NEW.source); END;

        CREATE TRIGGER job_moved AFTER UPDATE OF state ON job WHEN OLD.state <> NEW.state BEGIN
            INSERT INTO transition VALUES (NEW.tenant, NEW.id, NULL, 'job', OLD.state, NEW.state,
                NULL, NULL, NULL, coalesce(NEW.failure, NEW.reason)); END;
        """
}
