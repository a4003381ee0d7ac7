extension Schema {
    static let retentionTables = """
        -- What no job needs any more, from the moment when that is decided until its bytes are gone and every lease from
        -- before that has ended.
        CREATE TABLE condemned (
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            tenant TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            at INTEGER NOT NULL,
            -- When its bytes were gone for good.
            removed_at INTEGER CHECK (removed_at >= at),
            PRIMARY KEY (sha256, tenant)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX condemned_left ON condemned (at) WHERE removed_at IS NULL;

        -- Jobs whose artifacts were given up.
        CREATE TABLE collected (
            job INTEGER PRIMARY KEY REFERENCES job (number),
            tenant TEXT NOT NULL, id TEXT NOT NULL,
            at INTEGER NOT NULL,
            note TEXT NOT NULL,
            event INTEGER NOT NULL
        ) STRICT;
        """

    /// A completion names bytes that are there and stay: the lease is younger than the last removal of them.
    static let retentionTriggers =
        """
        CREATE TRIGGER completion_stays BEFORE INSERT ON completion BEGIN
            SELECT RAISE(ROLLBACK, 'the artifact was given up')
            WHERE EXISTS (SELECT 1 FROM condemned k JOIN work_unit u ON u.id = NEW.unit
                WHERE k.sha256 = NEW.sha256 AND k.tenant = u.tenant
                    AND (k.removed_at IS NULL OR k.removed_at >= u.started_at));
        END;
        CREATE TRIGGER collected_born AFTER INSERT ON collected BEGIN
            SELECT RAISE(ROLLBACK, 'the artifacts of a job are given up after its end')
            WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.number = NEW.job AND j.id = NEW.id
                AND j.tenant = NEW.tenant AND j.finished_at IS NOT NULL);
            INSERT INTO event VALUES (\(event(
                "NEW.event", "NEW.tenant, NEW.id, NULL, 'artifacts'", from: "NULL",
                to: "'collected'", "NULL, NULL, NULL", detail: "NEW.note", previous: "0")));
        END;
        """
        + refusal("collected_fixed", "UPDATE ON collected", "what was given up stays so")
        + refusal("collected_kept", "DELETE ON collected", "what was given up stays so")
}
