import TranscodeModel

extension Schema {
    static let tables = """
        CREATE TABLE tenant (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
            weight REAL NOT NULL DEFAULT 1 CHECK (weight > 0),
            cap INTEGER CHECK (cap > 0),
            virtual_time REAL NOT NULL DEFAULT 0 CHECK (virtual_time >= 0),
            -- The weight and the cap, as the newest event has them.
            setting TEXT,
            event INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE node (
            id TEXT PRIMARY KEY, host TEXT NOT NULL, boot_id TEXT NOT NULL,
            process_id INTEGER NOT NULL, process_start TEXT NOT NULL, workers INTEGER NOT NULL,
            started_at INTEGER NOT NULL, retired_at INTEGER
        ) STRICT;

        CREATE TABLE job (
            number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 8796093022207),
            tenant TEXT NOT NULL REFERENCES tenant (name),
            id TEXT NOT NULL UNIQUE,
            key TEXT,
            content BLOB NOT NULL CHECK (length(content) = 32),
            state TEXT NOT NULL CHECK (state IN ('planning','running','ready','failed','cancelled')),
            superseded INTEGER NOT NULL DEFAULT 0 CHECK (superseded IN (0, 1)),
            profile_digest BLOB NOT NULL CHECK (length(profile_digest) = 32),
            codec TEXT NOT NULL,
            class TEXT NOT NULL CHECK (class IN ('live','backfill')),
            priority INTEGER NOT NULL,
            attempts_max INTEGER NOT NULL CHECK (attempts_max > 0),
            created_at INTEGER NOT NULL, finished_at INTEGER,
            failure TEXT, failed_position INTEGER,
            -- What the newest event says beside the state.
            reason TEXT,
            units_total INTEGER NOT NULL DEFAULT 1 CHECK (units_total > 0),
            event INTEGER NOT NULL,
            destination TEXT NOT NULL, source TEXT NOT NULL, profile TEXT NOT NULL,
            CHECK ((state = 'failed') = (failure IS NOT NULL)),
            CHECK ((state = 'failed') = (failed_position IS NOT NULL)),
            CHECK ((state IN ('ready','failed','cancelled')) = (finished_at IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX job_content ON job (tenant, content)
            WHERE state NOT IN ('failed','cancelled') AND superseded = 0;
        CREATE UNIQUE INDEX job_key ON job (tenant, key)
            WHERE key IS NOT NULL AND state NOT IN ('failed','cancelled') AND superseded = 0;
        CREATE INDEX job_unfinished ON job (id) WHERE finished_at IS NULL;
        CREATE INDEX job_created ON job (created_at, id);

        -- Beside the job and not in it: it is large, and a job's row is written again when it ends.
        CREATE TABLE plan (
            job INTEGER PRIMARY KEY REFERENCES job (number), text TEXT NOT NULL
        ) STRICT;
        """

    /// Counts of states, and pages of the jobs in one.
    static let jobStateIndex = "CREATE INDEX job_state ON job (state, created_at, id);"

    /// What a row of units must look like in each state is in the triggers, which know which change it is and need not
    /// look at the rest.
    static let unitTable = unitTable(
        more: """
            ,
                -- When the holder's lease began, how far it has come, 0 to 1, and when that was noted; and the same of
                -- its rival.
                held_since INTEGER, part REAL, noted_at INTEGER,
                rival_since INTEGER, rival_part REAL, rival_noted_at INTEGER
            """)

    /// As schema 4 had it.
    static let unitTable4 = unitTable(more: "")

    private static func unitTable(more columns: String) -> String {
        """
        CREATE TABLE work_unit (
            id INTEGER PRIMARY KEY CHECK (id > 0),
            -- The gate that its completion counts down.
            feeds INTEGER,
            state TEXT NOT NULL,
            -- Gates that it waits for.
            unmet INTEGER NOT NULL CHECK (unmet >= 0),
            run_at INTEGER NOT NULL,
            -- Ready, but not before run_at: kept out of the index of what is ready until it is due.
            delayed INTEGER NOT NULL DEFAULT 0,
            attempt INTEGER NOT NULL DEFAULT 0,
            attempts_max INTEGER NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            holder INTEGER, node TEXT, lease_until INTEGER, slot INTEGER,
            rival INTEGER, rival_node TEXT, rival_until INTEGER, rival_slot INTEGER,
            progress INTEGER NOT NULL DEFAULT 0,
            crashes INTEGER NOT NULL DEFAULT 0,
            split INTEGER NOT NULL DEFAULT 0,
            started_at INTEGER, finished_at INTEGER,
            -- The newest event of this unit, which names the one before it: history by unit without an index.
            event INTEGER NOT NULL DEFAULT 0,
            -- What that event says beside the states.
            reason TEXT,
            failure TEXT, note TEXT,
            tenant TEXT NOT NULL, job TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind = 'encode' OR kind = 'audio' OR kind = 'images'
                OR kind = 'text' OR kind = 'stitch' OR kind = 'package' OR kind = 'verify' OR kind = 'publish'
                OR kind = 'probe' OR kind = 'preview'),
            -- The tenant's number and the class of the job: twice the number, and 1 for backfill.
            queue INTEGER NOT NULL,
            -- 1 goes before all others of the queue and the priority.
            urgent INTEGER NOT NULL DEFAULT 0 CHECK (urgent = 0 OR urgent = 1),
            priority INTEGER NOT NULL, created_at INTEGER NOT NULL,
            critical_seconds REAL NOT NULL,
            cpu_seconds REAL NOT NULL, memory_bytes INTEGER NOT NULL, output_bytes INTEGER NOT NULL,
            -- Gates that it waited for when it was planned.
            fan_in INTEGER NOT NULL CHECK (fan_in >= 0),
            content BLOB NOT NULL,
            -- Its first six bytes, as a number.
            content_key INTEGER NOT NULL,
            work TEXT CHECK ((work IS NULL) = (kind = 'probe'))\(columns)
        ) STRICT;
        -- In the order in which a tenant's units of a class are leased; the rest of it is the key.
        CREATE INDEX unit_ready ON work_unit
            (queue, priority DESC, urgent DESC, created_at, job, critical_seconds DESC)
            WHERE state = 'ready' AND delayed = 0;
        CREATE INDEX unit_delayed ON work_unit (run_at) WHERE state = 'ready' AND delayed = 1;
        -- Without the time it lasts, so that a renewal touches no index.
        CREATE INDEX unit_leased ON work_unit (queue) WHERE state = 'leased';
        -- What was made, by content. A digest lands anywhere, so that a plain index would write a page for each unit:
        -- this one is kept in shelves of 64 jobs, and looked through shelf by shelf.
        CREATE INDEX unit_made ON work_unit (id >> 26, content_key) WHERE state = 'done';
        """
    }

    static let otherTables = """
        -- Units that are waited for by the same units share a gate, which counts those that are not done: a completion
        -- writes one number, however many wait. What waits for several such groups waits for several gates.
        CREATE TABLE gate (
            id INTEGER PRIMARY KEY,
            left INTEGER NOT NULL CHECK (left >= 0),
            opened INTEGER NOT NULL DEFAULT 0 CHECK (opened = 0 OR opened = 1 AND left = 0)
        ) STRICT;
        CREATE TABLE gate_unit (
            gate INTEGER NOT NULL, unit INTEGER NOT NULL,
            PRIMARY KEY (gate, unit),
            CHECK (gate >> 20 = unit >> 20)
        ) STRICT, WITHOUT ROWID;

        -- The key allows one completion a unit. That it is of the unit's newest claim is seen to by its trigger, which
        -- moves the unit at that epoch or aborts; that the unit then stays as it is, by the unit's. A foreign key to
        -- an index of units and epochs would promise the same, at the price of one more tree a claim.
        CREATE TABLE completion (
            unit INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            bytes INTEGER NOT NULL CHECK (bytes >= 0),
            wall_seconds REAL NOT NULL, cpu_seconds REAL NOT NULL,
            peak_memory_bytes INTEGER NOT NULL,
            -- Pieces, warnings and stage times, where there are any.
            contents TEXT,
            committed_at INTEGER NOT NULL
        ) STRICT;

        -- The leases of tenants that have a cap, each in a slot of its own: a count can overshoot, a key cannot.
        CREATE TABLE slot (
            tenant INTEGER NOT NULL, slot INTEGER NOT NULL CHECK (slot > 0), unit INTEGER NOT NULL,
            PRIMARY KEY (tenant, slot)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE breaker (
            key TEXT PRIMARY KEY,
            state TEXT NOT NULL CHECK (state IN ('open','closed')),
            generation INTEGER NOT NULL CHECK (generation > 0),
            failures INTEGER NOT NULL, retry_at INTEGER NOT NULL, reason TEXT NOT NULL,
            event INTEGER NOT NULL
        ) STRICT;

        -- The detail of a completion is the 32 bytes of the digest, and reads `sha256:` and its hex.
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL,
            tenant TEXT, job TEXT, position INTEGER, kind TEXT NOT NULL,
            from_state TEXT, to_state TEXT NOT NULL, epoch INTEGER, attempt INTEGER, node TEXT,
            detail ANY,
            -- The event before it of the same unit, job, tenant or breaker; 0 for none.
            previous INTEGER NOT NULL,
            hash BLOB NOT NULL,
            CHECK (previous < sequence)
        ) STRICT;

        CREATE TABLE ledger_head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            sequence INTEGER NOT NULL, at INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            -- Of the system, in start-time fair queueing.
            virtual_time REAL NOT NULL
        ) STRICT;
        INSERT INTO ledger_head VALUES (1, 0, 0, zeroblob(32), 0);
        """

    static let eventTriggers = """
        CREATE TRIGGER tenant_set AFTER UPDATE ON tenant
        WHEN OLD.weight <> NEW.weight OR OLD.cap IS NOT NEW.cap OR OLD.event <> NEW.event
        BEGIN
            INSERT INTO event VALUES (\(event(
                "NEW.event", "NEW.name, NULL, NULL, 'tenant'", from: "NULL", to: "'set'",
                "NULL, NULL, NULL", detail: "NEW.setting", previous: "OLD.event")));
        END;
        CREATE TRIGGER breaker_born AFTER INSERT ON breaker BEGIN
            SELECT RAISE(ROLLBACK, 'a breaker counts its changes from 1') WHERE NEW.generation <> 1;
            INSERT INTO event VALUES (\(event(
                "NEW.event", "NULL, NULL, NULL, 'breaker'", from: "NULL", to: "NEW.state",
                "NULL, NULL, NULL", detail: "NEW.key || ': ' || NEW.reason", previous: "0")));
        END;
        CREATE TRIGGER breaker_set AFTER UPDATE ON breaker BEGIN
            SELECT RAISE(ROLLBACK, 'a breaker counts its changes')
                WHERE NEW.generation <> OLD.generation + 1 OR NEW.key <> OLD.key;
            INSERT INTO event VALUES (\(event(
                "NEW.event", "NULL, NULL, NULL, 'breaker'", from: "OLD.state", to: "NEW.state",
                "NULL, NULL, NULL", detail: "NEW.key || ': ' || NEW.reason", previous: "OLD.event")));
        END;
        """
}
