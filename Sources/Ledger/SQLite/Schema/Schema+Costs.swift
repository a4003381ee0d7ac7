extension Schema {
    static let costTable = """
        -- What kinds of work were found to cost on kinds of machines: a hint for predictions, on which nothing rests that
        -- must be true. Each completion that counts is learned from once, in its own transaction.
        CREATE TABLE learned_cost (
            machine TEXT NOT NULL CHECK (length(machine) BETWEEN 1 AND 200),
            work TEXT NOT NULL CHECK (length(work) BETWEEN 1 AND 200),
            -- The logarithm of what it costs against what is reckoned with before anything is learned.
            bias REAL NOT NULL CHECK (bias BETWEEN -3 AND 3),
            spread REAL NOT NULL CHECK (spread >= 0),
            samples INTEGER NOT NULL CHECK (samples > 0),
            PRIMARY KEY (machine, work)
        ) STRICT, WITHOUT ROWID;
        """
}
