/// What happened in one world, for people who see one for the first time.
public struct WorldStory: Sendable, Encodable {
    public var seed: UInt64
    public var command: String
    public var nodes: Int
    public var workers: Int
    public var tenants: Int
    public var jobs: [JobSummary]
    public var tally: Tally
    public var violation: String?
    private let scenario: Scenario
    private let outcome: WorldRun.Outcome

    private enum CodingKeys: CodingKey {
        case seed, command, nodes, workers, tenants, jobs, tally, violation
    }

    public init(_ scenario: Scenario, _ outcome: WorldRun.Outcome) {
        self.scenario = scenario
        self.outcome = outcome
        seed = scenario.seed
        command = scenario.command
        nodes = scenario.nodes
        workers = scenario.workers
        tenants = scenario.tenants.count
        jobs = outcome.jobs
        tally = outcome.tally
        violation = outcome.violation?.description
    }

    public var text: String {
        var lines = [
            "seed \(seed): \(scenario.nodes) nodes with \(scenario.workers) workers each, "
                + "\(jobs.count) uploads of \(tenants) tenants, leases of "
                + "\(seconds(scenario.leaseMilliseconds)), at most \(scenario.attemptsMaximum) attempts",
            "",
        ]
        lines += jobs.map { job in
            let head = "  \(padded(job.name, 5))\(padded(job.shape, 8))\(padded(job.jobClass, 10))"
            let counts = "\(job.unitsDone) of \(job.units) units in \(job.attempts) attempts"
            return head + padded(job.tenant, 5) + padded(job.state, 11) + counts
                + (job.failure.map { "  \($0)" } ?? "")
        }
        lines += ["", "  what went wrong: " + tally.faultText]
        lines += tally.deeds.map { "  " + $0 }
        lines.append("")
        if let violation {
            lines.append("VIOLATION of \(violation)")
        } else {
            lines.append(
                "every invariant held, and the ledger was what the model expected, after each of "
                    + "\(tally.requests) requests and \(tally.steps) steps "
                    + "(\(seconds(tally.virtualMilliseconds)) of the world's time)")
            lines.append("each step: \(command) --trace")
        }
        return lines.joined(separator: "\n")
    }

    /// The smallest world that fails in the same way.
    public func smallest() throws -> String {
        try Simulation.shrunk(scenario, outcome)?.text ?? ""
    }
}

func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
}

extension Tally {
    var faultText: String {
        faults.isEmpty
            ? "nothing"
            : faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", ")
    }

    /// What the system did about it; nothing about what it had no need to do.
    var deeds: [String] {
        [
            (retried, "attempts were tried again after a failure"),
            (split, "of them one rendition at a time, since memory or time ran out"),
            (hedged, "stragglers got a second lease"),
            (overtaken, "leases gave way to a faster one"),
            (quarantined, "units were quarantined: they crashed every worker"),
            (breakersOpened, "times a breaker was opened or kept open"),
            (breakersClosed, "times a breaker was closed again"),
            (takenBack, "leases were taken back from dead or silent nodes"),
            (
                fenced,
                "zombies were fenced: what they did after they lost their lease counted for nothing"
            ),
        ].filter { $0.0 > 0 }.map { "\(padded(String($0.0), 5))\($0.1)" }
    }
}

extension Simulation.Failing {
    public var text: String {
        (["", "seed \(seed): \(violation)", "  again:          \(command)"]
            + ["  smallest world: \(shrunkCommand)"] + faults.map { "    fault: \($0)" }
            + trace.suffix(60).map { "  \($0.text)" }).joined(separator: "\n")
    }
}

extension Simulation.Report: Encodable {
    private enum CodingKeys: CodingKey {
        case tally, seconds, unitsPerMinute, failing
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tally, forKey: .tally)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(unitsPerMinute, forKey: .unitsPerMinute)
        try container.encode(failing.map(\.text), forKey: .failing)
    }

    public var text: String {
        let lines = [
            "\(tally.histories) histories: \(tally.jobs) jobs (\(tally.jobsReady) ready, "
                + "\(tally.jobsFailed) failed, \(tally.jobsCancelled) cancelled), \(tally.units) units in "
                + "\(tally.attempts) attempts",
            "\(tally.steps) steps and \(tally.requests) requests in \(Int(seconds * 10) / 10) s: "
                + "\(Int(unitsPerMinute)) units a minute",
            "faults: " + tally.faultText,
        ]
        let end =
            failing.isEmpty
            ? ["no violation"] : failing.map(\.text) + ["", "\(failing.count) seeds failed"]
        return (lines + tally.deeds + end).joined(separator: "\n")
    }
}

extension Fairness.Report {
    public var text: String {
        func decimal(_ value: Double) -> String { String(Double(Int(value * 10_000)) / 10_000) }
        return """
            \(tenants) tenants, \(jobs) jobs, \(units) units on \(workers) workers, in \(Int(seconds)) s
            evenness by weight (Jain)      \(decimal(jainIndex))  at least \(Fairness.jainMinimum)
            furthest behind, in units      \(decimal(largestLagUnits))  at most \(Fairness.lagMaximumUnits)
            backfill beside endless live   \(decimal(backfillShare))  at least \(Fairness.backfillMinimum)
            leases above a cap             \(overCap)
            longest wait, in turns         \(decimal(longestWaitTurns))  at most \(Fairness.waitMaximumTurns)
            """ + (findings.isEmpty ? "\nfair" : "\n" + findings.joined(separator: "\n"))
    }
}
