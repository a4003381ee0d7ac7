/// Documented lines that are not run by `DocumentationTests`, with the reason. They are parsed all the same, and each must
/// still be in the documentation.
enum UnrunLines {
    static let reasons: [String: String] = [
        "reelmill bench": "minutes of work on a clip of its own",
        "reelmill bench talk.mov --profile web --workers 2 --runs 5": "a benchmark",
        "reelmill bench talk.mov --runs 3 --compare ffmpeg --json": "a benchmark",
        "reelmill bench talk.mov --profile web --workers 2 --runs 5 --compare ffmpeg":
            "a benchmark",
        "reelmill bench talk.mov --compare ffmpeg --rival-preset medium --targets --markdown":
            "a benchmark",
        "reelmill bench talk.mov --scaling --timeline timeline.svg --csv": "a benchmark",
        "reelmill bench bbb120.mp4 --workers 2 --runs 5 --compare ffmpeg --rival-preset medium --seam-cost --targets --markdown":
            "a benchmark",
        "reelmill bench catalogue --rows 100000 --json": "minutes of writing in debug builds",
        "reelmill backfill run '/srv/2024-*.mov' -o out --window 22:00-06:00 --max-share 60%":
            "it waits for the night",
        "reelmill bench workers": "minutes of starts",
        "reelmill bench workers --units 10000 --markdown": "minutes of starts",
        "reelmill bench workers --units 1000 --at-once 2 --json": "minutes of starts",
        "reelmill bench ledger": "minutes of writing",
        "reelmill bench ledger --json": "minutes of writing",
        "reelmill bench ledger --markdown": "minutes of writing",
        "reelmill bench ledger --units 1000000 --runs 3 --markdown": "minutes of writing",
        "reelmill bench ledger --directory /mnt/disk --batches 128 --clients 64 --json":
            "minutes of writing",
        "reelmill simulate --seeds 1..10000 --faults all,-clock-jump": "minutes of worlds",
        "reelmill simulate --seeds 1..50 --ledger sqlite": "a minute of worlds in debug builds",
        "reelmill simulate --scenario fairness": "a thousand tenants are slow in debug builds",
        "reelmill simulate --exhaustive": "minutes of states",
        "reelmill simulate --trace day":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --trace day --workers 100,1000,10000":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --trace day --uploads 1000000 --workers 10000":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --trace day --uploads 1000000 --workers 10000 --hours 2":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --trace day --slow-share 0.05 --slow-factor 8 --learned":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --trace day --slow-share 0.05 --learned":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --trace day --makespan --learned":
            "minutes of a day's uploads in debug builds",
        "reelmill simulate --replay j0123456789ab --workers 2":
            "a unit of the job here may have been tried twice",
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

    /// Programs of others, in lines that are not run.
    static let others: [String: String] = [
        "podman": "there may be no engine here; what it is to run of reelmill is parsed",
        "useradd": "it would make a user of this machine",
        "cp": "it would write to /etc; PackagingTests installs the unit elsewhere",
        "systemctl": "it would start a service of this machine",
        "journalctl": "there is no such service here",
    ]

    /// Scripts are not run as a page shows them. Each is there, may be executed, and is one for bash.
    static let scripts: [String: String] = [
        "scripts/setup": "it installs packages of this machine",
        "scripts/install":
            "it builds the release; PackagingTests runs it with programs that are built",
        "scripts/demo": "it builds the release, and leaves its output in the checkout",
        "scripts/test": "it runs these tests",
        "scripts/check": "it looks at the checkout alone, and is run by scripts/test",
        "scripts/chaos": "it builds the release; ChaosTests runs the program that it starts",
        "scripts/corpus": "it builds the release, and takes hours",
        "scripts/footage": "it fetches 50 MB",
        "scripts/encoder-study": "it encodes for an hour",
        "scripts/fuzz": "it builds the release; FuzzTests does some of each kind of its trials",
        "scripts/zombie-test": "it installs job engines of others",
    ]

    /// Lines of output that are shown and do not come here.
    static let unseen: [String: String] = [
        "bbb.mp4  encode  [###########.........]  56 %  ETA 1:26  7992/14315 frames  74 fps  3.08× realtime":
            "progress is shown on a terminal",
        "2026-03-02T09:14:09.120Z  unit 1 encode  attempt 1  worker  [h264] error while decoding MB 4 7":
            "the clip here is whole",
    ]

    static func isScript(_ line: DocumentedLine) -> Bool {
        ShellWords.commands(line.text).contains { $0.first?.hasPrefix("scripts/") == true }
    }
}
