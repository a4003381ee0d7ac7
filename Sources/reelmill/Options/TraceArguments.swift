import ArgumentParser

/// What a trace may be told beside the options that it shares with the small worlds.
struct TraceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Of the day's trace, from noon on.", valueName: "h"))
    var hours: Double?
    @Option(
        help: ArgumentHelp(
            "Size the fleet of the trace for this utilisation. Default: 0.75.",
            valueName: "part"))
    var utilisation: Double?
    @Option(
        help: ArgumentHelp(
            "Workers of each node of the trace. Default: 16, and 64 in fleets of 2000 or more.",
            valueName: "n"))
    var nodeWorkers: Int?
    @Option(
        help: ArgumentHelp(
            "Of all attempts of the trace, this part is slow; the same without is run beside it.",
            valueName: "part"))
    var slowShare: Double?
    @Option(
        help: ArgumentHelp("How many times as long slow attempts take. Default: 8.", valueName: "x")
    )
    var slowFactor: Double?
    @Flag(help: "Costs are predicted as well as learned ones, and not only modelled.")
    var learned = false
    @Flag(help: "Makespans of batches on one fleet (64 workers), against the least possible.")
    var makespan = false
    @Flag(help: "Compare each answer of the trace's ledger with those of the in-memory reference.")
    var mirror = false
    @Flag(help: "Print the trace's tables as Markdown.")
    var markdown = false
    @Option(
        help: ArgumentHelp(
            "Simulate a job of the ledger as it ran, and compare how long it took.",
            valueName: "job"))
    var replay: String?
    @OptionGroup var profile: ProfileOption

    /// Refuses what is out of range.
    func check() throws {
        guard hours.map({ 0 < $0 && $0 <= 24 }) ?? true else {
            throw ValidationError("--hours must be above 0 and at most 24")
        }
        guard utilisation.map({ 0 < $0 && $0 < 1 }) ?? true else {
            throw ValidationError("--utilisation must be above 0 and below 1")
        }
        guard nodeWorkers.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--node-workers must be 1 to 1024")
        }
        guard slowShare.map({ (0...1).contains($0) }) ?? true else {
            throw ValidationError("--slow-share must be 0 to 1")
        }
        guard slowFactor.map({ 1 <= $0 && $0 <= 1000 }) ?? true else {
            throw ValidationError("--slow-factor must be 1 to 1000")
        }
    }
}

/// One number of workers, or several with commas between.
struct WorkerCounts: ExpressibleByArgument {
    var counts: [Int]

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0)
        }
        guard !numbers.isEmpty, !numbers.contains(nil) else { return nil }
        counts = numbers.compactMap { $0 }
    }
}
