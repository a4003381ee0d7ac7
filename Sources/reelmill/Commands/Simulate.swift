public import ArgumentParser
public import Simulator

struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the scheduler in a simulated world in which everything goes wrong.",
        discussion: """
            A seed is a world: uploads, nodes, workers, a store and a ledger on a virtual clock, and faults. The \
            nodes' decisions are the production ones. After each step every invariant is checked, and the \
            ledger is compared with a small model. First everything may go wrong; then nothing does, and \
            everything must end. A seed that fails prints itself, is made as small as it goes, and can be \
            run again exactly.

            With --trace day it is a day of uploads on a fleet instead: how soon each can be played and is ready, \
            what it costs, and what the decisions cost. With --replay it is a job that really ran.

            FAULTS (--faults all, none, or names, each with - to leave it out):
              \(FaultKind.allCases.map(\.rawValue).joined(separator: ", "))

            EXAMPLES:
              reelmill simulate --seed 1
              reelmill simulate --seed 1 --trace
              reelmill simulate --seeds 1..10000 --faults all,-clock-jump
              reelmill simulate --seeds 1..50 --ledger sqlite
              reelmill simulate --scenario fairness
              reelmill simulate --exhaustive
              reelmill simulate --trace day
              reelmill simulate --trace day --uploads 1000000 --workers 10000 --hours 2
              reelmill simulate --trace day --slow-share 0.05 --learned
              reelmill simulate --trace day --makespan --learned
              reelmill simulate --replay j0123456789ab --workers 2
            """)

    enum Scene: String, ExpressibleByArgument, CaseIterable { case fairness }
    enum Span: String, ExpressibleByArgument, CaseIterable { case day }

    @Argument(help: "With --trace: a day of uploads on a fleet of workers.")
    var span: Span?

    @Option(help: "One world, and what happened in it.")
    var seed: UInt64?
    @Option(help: ArgumentHelp("Many worlds.", valueName: "a..b"))
    var seeds: String?
    @Option(help: "Nodes. Default: as the seed says, like all numbers below.")
    var nodes: Int?
    @Option(
        help: ArgumentHelp(
            "Workers of each node; of a trace, of each fleet, with commas between.",
            valueName: "n"))
    var workers: WorkerCounts?
    @Option(
        help: ArgumentHelp(
            "Jobs that are submitted; of a trace, those of a whole day; with --makespan, batches.",
            valueName: "n"))
    var uploads: Int?
    @Option(help: "Tenants that submit them.")
    var tenants: Int?
    @Option(help: ArgumentHelp("What may go wrong; a world has some of it.", valueName: "list"))
    var faults = "all"
    @Option(help: "The ledger: memory, or sqlite, which is compared with it.")
    var ledger = SimulationOptions.Driver.memory
    @Option(help: "Worlds at a time.")
    var threads = 2
    @Option(help: ArgumentHelp("Only these faults of the seed, by number; none.", valueName: "n,n"))
    var keepFaults: String?
    @Option(
        help: ArgumentHelp("Only these uploads of the seed, by number; none.", valueName: "n,n"))
    var keepUploads: String?
    @Option(help: "fairness: a thousand tenants, and who gets what.")
    var scenario: Scene?
    @Flag(help: "Every state of a small world instead.")
    var exhaustive = false
    @Flag(
        name: .customLong("trace"),
        help: "Print each step of one seed; with day, run a day of uploads.")
    var isTracing = false
    @OptionGroup(title: "Traces") var trace: TraceArguments
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        let each = workers?.counts.map { ("workers", Optional($0)) } ?? []
        for (name, count) in [("nodes", nodes), ("tenants", tenants)] + each {
            guard count.map({ (1...10_000).contains($0) }) ?? true else {
                throw ValidationError("--\(name) must be 1 to 10000")
            }
        }
        guard uploads.map({ (1...1_000_000).contains($0) }) ?? true else {
            throw ValidationError("--uploads must be 1 to 1000000")
        }
        guard span == nil || isTracing else {
            throw ValidationError("write --trace day")
        }
        guard span != nil || trace.replay != nil || workers?.counts.count ?? 1 == 1 else {
            throw ValidationError("several numbers of --workers belong to --trace day")
        }
        try trace.check()
        guard seed == nil || seeds == nil else {
            throw ValidationError("--seed and --seeds exclude each other")
        }
        guard (1...64).contains(threads) else { throw ValidationError("--threads must be 1 to 64") }
        _ = try range()
        _ = try options()
    }

    func run() async throws {
        if let job = trace.replay { return try runReplay(job) }
        if span == .day { return try runTrace() }
        if exhaustive { return try exploreAll() }
        if scenario == .fairness { return try measureFairness() }
        if let seed { return try show(Scenario(seed: seed, options: options())) }
        let simulation = Simulation(
            seeds: try range() ?? 1...1_000, options: try options(), threads: threads)
        let report = try await simulation.run()
        if format.json {
            try Console.printJSON("simulation", report)
        } else {
            Console.print(report.text)
        }
        if !report.failing.isEmpty { throw ExitStatus.faultFound.code }
    }

    private func range() throws -> ClosedRange<UInt64>? {
        guard let seeds else { return nil }
        let ends = seeds.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
        guard ends.count == 2, seeds.contains(".."), let first = ends[0], let last = ends[1],
            first <= last
        else { throw ValidationError("--seeds \(seeds): write two numbers, such as 1..1000") }
        return first...last
    }

    private func options() throws -> SimulationOptions {
        var options = SimulationOptions()
        options.nodes = nodes
        options.workers = workers?.counts.first
        options.uploads = uploads
        options.tenants = tenants
        options.driver = ledger
        do {
            options.faults = try FaultSelection(parsing: faults)
        } catch {
            throw ValidationError("--faults: \(error.message)")
        }
        options.faultsKept = try numbers(keepFaults, "keep-faults")
        options.uploadsKept = try numbers(keepUploads, "keep-uploads")
        return options
    }

    private func numbers(_ list: String?, _ name: String) throws -> Set<Int>? {
        guard let list else { return nil }
        if list == "none" { return [] }
        let numbers = list.split(separator: ",").map { Int($0) }
        guard !numbers.contains(nil) else {
            throw ValidationError("--\(name) \(list): write numbers with commas between")
        }
        return Set(numbers.compactMap { $0 })
    }

    private func show(_ world: Scenario) throws {
        let outcome = try WorldRun.run(world, isTracing: isTracing)
        let story = WorldStory(world, outcome)
        if format.json {
            try Console.printJSON("world", story)
        } else {
            if isTracing { Console.print(outcome.trace.map(\.text).joined(separator: "\n") + "\n") }
            Console.print(story.text)
        }
        guard outcome.violation != nil else { return }
        if !format.json { Console.print(try story.smallest()) }
        throw ExitStatus.faultFound.code
    }

    private func measureFairness() throws {
        let report = try Fairness().run()
        if format.json {
            try Console.printJSON("fairness", report)
        } else {
            Console.print(report.text)
        }
        if !report.findings.isEmpty { throw ExitStatus.faultFound.code }
    }

    private func exploreAll() throws {
        let report = ExhaustiveCheck().run()
        Console.print("\(report)")
        if report.violation != nil { throw ExitStatus.faultFound.code }
    }
}

extension SimulationOptions.Driver: ExpressibleByArgument {}
