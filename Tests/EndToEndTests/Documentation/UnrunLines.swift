/// Documented lines that are not run by `DocumentationTests`, with the reason. They are parsed all the same, and each must
/// still be in the documentation.
enum UnrunLines {
    static let reasons: [String: String] = [
        "reelmill bench": "minutes of work on a clip of its own",
        "reelmill bench talk.mov --profile web --workers 2 --runs 5": "a benchmark",
        "reelmill bench talk.mov --runs 3 --compare ffmpeg --json": "a benchmark",
        "reelmill bench catalogue --rows 100000 --json": "minutes of writing in debug builds",
        "reelmill backfill run '/srv/2024-*.mov' -o out --window 22:00-06:00 --max-share 60%":
            "it waits for the night",
        "reelmill bench ledger": "minutes of writing",
        "reelmill bench ledger --markdown": "minutes of writing",
        "reelmill bench ledger --units 1000000 --runs 3 --markdown": "minutes of writing",
        "reelmill bench ledger --directory /mnt/disk --batches 128 --clients 64 --json":
            "minutes of writing",
        "reelmill simulate --seeds 1..10000 --faults all,-clock-jump": "minutes of worlds",
        "reelmill simulate --seeds 1..50 --ledger sqlite": "a minute of worlds in debug builds",
        "reelmill simulate --scenario fairness": "a thousand tenants are slow in debug builds",
        "reelmill simulate --exhaustive": "minutes of states",
    ]

    /// Commands that go on until a signal ends them, unless one of these flags is given.
    static let endless: [String: Set<String>] = [
        "run": ["--until-idle"], "watch": ["--once"],
    ]

    static func isEndless(_ line: DocumentedLine) -> Bool {
        guard let words = ShellWords.commands(line.text).last, words.first == "reelmill",
            let command = words.dropFirst().first, let flags = endless[command]
        else { return false }
        return flags.isDisjoint(with: words)
    }

    /// A script is not run: each builds, installs or takes minutes, and has tests of its own.
    static func isScript(_ line: DocumentedLine) -> Bool {
        ShellWords.commands(line.text).contains { $0.first?.hasPrefix("scripts/") == true }
    }
}
