extension Schema {
    /// Catalogues and their rows, and the terms of jobs, where they are not the usual ones.
    static let backfillTables = """
        CREATE TABLE backfill (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
            state TEXT NOT NULL CHECK (state IN ('planned','running','paused','stopped','done')),
            reason TEXT,
            settings TEXT NOT NULL,
            share REAL NOT NULL CHECK (share > 0 AND share <= 1),
            -- The pass whose rows count, and the one that is being listed; 0 for none.
            pass INTEGER NOT NULL DEFAULT 0 CHECK (pass >= 0),
            draft INTEGER NOT NULL DEFAULT 0 CHECK (draft = 0 OR draft > pass),
            created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
            -- Counts the changes of its state.
            generation INTEGER NOT NULL CHECK (generation > 0),
            event INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE backfill_row (
            backfill INTEGER NOT NULL REFERENCES backfill (number),
            pass INTEGER NOT NULL, position INTEGER NOT NULL CHECK (position >= 0),
            input TEXT NOT NULL, output TEXT NOT NULL, tenant TEXT NOT NULL,
            profile BLOB NOT NULL CHECK (length(profile) = 32), profile_name TEXT NOT NULL,
            key TEXT, metadata TEXT,
            state TEXT NOT NULL CHECK (state IN
                ('pending','running','done','skipped','failed','quarantined')),
            due INTEGER NOT NULL CHECK (due IN (0, 1)),
            code TEXT, reason TEXT,
            source BLOB CHECK (length(source) = 32),
            job TEXT REFERENCES job (id),
            admitted INTEGER NOT NULL CHECK (admitted BETWEEN 0 AND pass),
            ended INTEGER NOT NULL CHECK (ended BETWEEN 0 AND pass),
            PRIMARY KEY (backfill, pass, position),
            CHECK (state <> 'running' OR job IS NOT NULL AND due = 0),
            CHECK (state <> 'done' OR source IS NOT NULL),
            CHECK ((state IN ('skipped','failed','quarantined')) = (code IS NOT NULL)),
            CHECK (state IN ('pending','running') OR ended > 0),
            CHECK (state <> 'pending' OR due = 1)
        ) STRICT, WITHOUT ROWID;
        -- Pages of one state, and all that is counted.
        CREATE INDEX backfill_row_state ON backfill_row
            (backfill, pass, state, position, code, due, admitted, ended);
        CREATE INDEX backfill_row_due ON backfill_row (backfill, pass, position) WHERE due = 1;
        CREATE INDEX backfill_row_input ON backfill_row (backfill, pass, input);
        CREATE INDEX backfill_row_same ON backfill_row (source, profile)
            WHERE state = 'done' OR state = 'running';

        -- The profiles that rows name.
        CREATE TABLE backfill_profile (
            digest BLOB PRIMARY KEY CHECK (length(digest) = 32), text TEXT NOT NULL
        ) STRICT;

        CREATE TABLE job_terms (
            job INTEGER PRIMARY KEY REFERENCES job (number),
            backfill INTEGER REFERENCES backfill (number),
            -- The digest of the receipt of an output that it may take the place of.
            replaces BLOB CHECK (length(replaces) = 32),
            -- No unit is leased from then on.
            leasable_until INTEGER
        ) STRICT;
        -- Jobs that are held, or will be: none of them has ended.
        CREATE INDEX job_terms_held ON job_terms (job) WHERE leasable_until IS NOT NULL;
        """

    static let backfillTriggers = """
        CREATE TRIGGER backfill_born AFTER INSERT ON backfill BEGIN
            SELECT RAISE(ROLLBACK, 'a backfill is born planned, and counts its changes from 1')
                WHERE NEW.state <> 'planned' OR NEW.generation <> 1 OR NEW.pass <> 0;
            INSERT INTO event VALUES (\(event(
                "NEW.event", "NULL, NULL, NULL, 'backfill'", from: "NULL", to: "NEW.state",
                "NULL, NULL, NULL", detail: "NEW.name", previous: "0")));
        END;
        CREATE TRIGGER backfill_changed AFTER UPDATE ON backfill BEGIN
            SELECT RAISE(ROLLBACK, 'no such edge between states of a backfill')
            WHERE NOT coalesce(NEW.number = OLD.number AND NEW.name = OLD.name
                AND NEW.created_at = OLD.created_at AND NEW.pass >= OLD.pass
                AND CASE WHEN NEW.event = OLD.event THEN NEW.state = OLD.state
                    AND NEW.generation = OLD.generation AND NEW.reason IS OLD.reason
                ELSE NEW.event > OLD.event AND NEW.generation = OLD.generation + 1
                    AND CASE NEW.state WHEN 'planned' THEN 1
                    WHEN 'running' THEN NEW.pass > 0 AND OLD.state <> 'running'
                    WHEN 'paused' THEN OLD.state IN ('planned', 'running')
                    ELSE OLD.state = 'running' END END, 0);
            INSERT INTO event SELECT \(event(
                "NEW.event", "NULL, NULL, NULL, 'backfill'", from: "OLD.state", to: "NEW.state",
                "NULL, NULL, NULL", detail: "NEW.name || coalesce(': ' || NEW.reason, '')",
                previous: "OLD.event"))
            WHERE NEW.event <> OLD.event;
        END;
        CREATE TRIGGER backfill_row_born AFTER INSERT ON backfill_row BEGIN
            SELECT RAISE(ROLLBACK, 'rows are listed in a draft')
            WHERE NEW.pass <> (SELECT draft FROM backfill WHERE number = NEW.backfill);
        END;
        CREATE TRIGGER backfill_row_changed AFTER UPDATE ON backfill_row BEGIN
            SELECT RAISE(ROLLBACK, 'no such edge between states of a row')
            WHERE NOT coalesce((NEW.state <> 'quarantined' OR OLD.state IN ('running', 'quarantined'))
                AND NEW.input = OLD.input AND NEW.output = OLD.output AND NEW.tenant = OLD.tenant
                AND NEW.profile = OLD.profile AND NEW.key IS OLD.key
                AND NEW.pass = (SELECT pass FROM backfill WHERE number = NEW.backfill), 0);
            SELECT RAISE(ROLLBACK, 'a row is done when its job is ready')
            WHERE NEW.state = 'done' AND NEW.state <> OLD.state
                AND (SELECT state FROM job WHERE id = NEW.job) IS NOT 'ready';
        END;
        CREATE TRIGGER job_let_go AFTER UPDATE OF finished_at ON job WHEN NEW.finished_at IS NOT NULL
        BEGIN
            UPDATE job_terms SET leasable_until = NULL
                WHERE job = NEW.number AND leasable_until IS NOT NULL;
        END;
        CREATE TRIGGER job_terms_fixed BEFORE UPDATE OF job, backfill, replaces ON job_terms
        BEGIN SELECT RAISE(ROLLBACK, 'on whose behalf a job is never changes'); END;
        CREATE TRIGGER job_terms_kept BEFORE DELETE ON job_terms
        BEGIN SELECT RAISE(ROLLBACK, 'the terms of a job are not deleted'); END;
        """
}
