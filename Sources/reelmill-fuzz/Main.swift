import ArgumentParser
import Foundation

@main
struct Fuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reelmill-fuzz",
        abstract:
            "Feed Reelmill what it must survive: broken files, hostile workers, wrong numbers.",
        subcommands: [RunCommand.self, ChildCommand.self, DoubleCommand.self],
        defaultSubcommand: RunCommand.self)
}

/// A run of one part, or of all.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Fuzz one part, or all of them.",
        discussion: """
            Parts: media (files, through worker processes), protocol (what workers say), profile (YAML), boxes \
            (track files and receipts), index (what a probe tells, through the planner); or all. A seed and the \
            same inputs make the same bytes. The exit status is 1 when something did not hold that must.
            """)

    @Argument(help: "media, protocol, profile, boxes, index or all.") var part: String
    @Option(help: "Minutes in all.") var minutes: Double?
    @Option(help: "Inputs of each part.") var rounds: Int?
    @Option(help: "Which inputs; a fresh one each time by default. It is printed.") var seed:
        UInt64?
    @Option(help: "Directories with further small files to start from.", completion: .directory)
    var inputs: [String] = []
    @Option(help: "Files that are tried as they are, before all others.") var replay: [String] = []
    @Option(help: "Child processes of media.") var workers = 2
    @Option(help: "Inputs of findings and of contained crashes are kept here.") var keep: String?
    @Option(help: "The worker. Default: the one beside this program.") var worker: String?
    @Flag(help: "Start from a few clips only, which are sooner made.") var few = false
    @Flag(help: "Print JSON instead of a table.") var json = false

    func run() async throws {
        let chosen: [Part]
        if part == "all" {
            chosen = Part.allCases
        } else {
            guard let single = Part(rawValue: part) else {
                throw ValidationError("\(part): there is no such part; see --help")
            }
            chosen = [single]
        }
        let workshop = try Workshop(worker: worker, keep: keep)
        let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let report: Report
        do {
            let footage = Footage(folder: workshop.folder + "/inputs")
            if replay.isEmpty {
                try footage.make(few ? Array(Footage.recipes.prefix(5)) : Footage.recipes)
                for directory in inputs { try footage.add(directory) }
            } else {
                for path in replay { try footage.add(path) }
                try Data().write(to: URL(fileURLWithPath: workshop.folder + "/replay"))
            }
            report = try Session(
                drill: Drill(scene: workshop, seed: seed, workers: max(workers, 1)),
                minutes: minutes, rounds: replay.isEmpty ? rounds : replay.count
            ).run(chosen)
        } catch {
            try workshop.remove()
            throw error
        }
        print(json ? try report.json() : report.text)
        try workshop.remove()
        if report.findingCount > 0 { throw ExitCode(1) }
    }
}

/// Shares the time out between the parts, and says once a minute where things are.
struct Session {
    let drill: Drill
    let minutes: Double?
    let rounds: Int?

    /// Most of the time goes to files: each costs some processes.
    private func share(_ part: Part, of chosen: [Part]) -> Double {
        guard chosen.count > 1 else { return 1 }
        return part == .media ? 0.72 : 0.07
    }

    func run(_ chosen: [Part]) throws -> Report {
        let start = Instant.now
        var report = Report(seed: drill.seed)
        var told = start
        let seconds = minutes.map { $0 * 60 } ?? (rounds == nil ? 60 : 86_400)
        for part in chosen {
            let budget = Drill.Budget(
                seconds: seconds * share(part, of: chosen), rounds: rounds ?? Int.max / 2)
            report.parts[part] = try drill.run(part, budget) { tally in
                guard Instant.now - told >= 60 else { return }
                told = Instant.now
                let line =
                    "\(Int((told - start) / 60)) min: \(part.rawValue): \(tally.inputs) inputs, "
                    + "\(tally.containedCount) contained crashes, \(tally.findingCount) findings\n"
                FileHandle.standardError.write(Data(line.utf8))
            }
        }
        report.seconds = Instant.now - start
        return report
    }
}
