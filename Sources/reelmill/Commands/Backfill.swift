import ArgumentParser
import Foundation
import Ledger
import TranscodeModel

struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Transcode a catalogue: all that is not done yet, at low priority.",
        discussion: """
            One bad file never stops the others; a table of outcomes stands at the end. What is \
            published already is passed over, so the same command continues after a stop. Each video's \
            output is OUT/NAME, with the folders below a given directory kept.

            EXAMPLES:
              reelmill backfill /srv/catalogue -o out --profile web
              reelmill backfill '/srv/2024-*.mov' -o out --profile web --enqueue-only
              find /srv -name '*.mov' | reelmill backfill --from - -o out --profile web
            """)

    @Argument(help: "Directories, files or patterns.", completion: .file())
    var sources: [String] = []
    @Option(
        help: ArgumentHelp(
            "Read paths from a file, one a line; - is standard input.", valueName: "file"),
        completion: .file())
    var from: String?
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The directory above all outputs.", valueName: "out"),
        completion: .directory)
    var output: String
    @OptionGroup var profile: ProfileOption
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var log: LogOption
    @Option(parsing: .unconditional, help: "Priority among backfill jobs.")
    var priority = 0
    @Flag(help: "Leave the work to running nodes.")
    var enqueueOnly = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard !sources.isEmpty || from != nil else {
            throw ValidationError("name at least one source, or a list with --from")
        }
    }

    private struct Row: Encodable {
        var source: String
        var job: JobID?
        /// `ready`, `failed`, `cancelled`, `skipped` (done before), `refused`, or a state under way.
        var outcome: String
        var output: String
        var reason: String?
    }

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, profile: profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox, logFormat: log.logFormat)
        Console.logFormat = settings.logFormat
        let resolved = try ProfileLoading.load(settings.profile)
        let workplace = try Workplace.open(settings)
        var rows = try enlist(
            try listing().entries,
            Enlistment(
                workplace: workplace, profile: resolved, jobClass: .backfill, priority: priority))
        var signal: ExitStatus?
        let open = Set(rows.filter { $0.outcome == "enqueued" }.compactMap(\.job))
        if !enqueueOnly, !open.isEmpty {
            signal = try await NodeSession(
                workplace: workplace, jobs: open, workers: settings.workers, endsWhenIdle: true
            ).run()
            for index in rows.indices {
                guard let id = rows[index].job, open.contains(id) else { continue }
                let record = try workplace.job(id.text)
                rows[index].outcome = record.state.rawValue
                rows[index].reason = record.failure?.message
            }
        }
        try report(rows)
        if let signal { throw signal.code }
        let failed = rows.filter { ["failed", "cancelled", "refused"].contains($0.outcome) }.count
        if failed > 0 { throw (failed == rows.count ? ExitStatus.jobFailed : .someFailed).code }
    }

    private func listing() throws -> SourceListing {
        var listing = SourceListing()
        for source in sources { try listing.add(source) }
        if let from {
            let data =
                from == "-"
                ? FileHandle.standardInput.readDataToEndOfFile()
                : FileManager.default.contents(atPath: from)
            guard let data else {
                throw CommandFault(.usage, "\(from): the list cannot be read. Check the path.")
            }
            listing.addLines(of: String(decoding: data, as: UTF8.self))
        }
        guard !listing.entries.isEmpty else {
            throw CommandFault(.usage, "there are no videos in what was named")
        }
        return listing
    }

    private func enlist(
        _ entries: [SourceListing.Entry], _ enlistment: Enlistment
    ) throws -> [Row] {
        let folders = OutputNaming.folders(entries.map(\.name))
        return try zip(entries, folders).map { entry, folder in
            let place = output + "/" + folder
            var row = Row(source: entry.path, outcome: "enqueued", output: absolute(place))
            do {
                let outcome = try enlistment.enlist(entry.path, to: place)
                row.job = outcome.job
                if case .published = outcome { row.outcome = "skipped" }
            } catch {
                guard let fault = CommandFault(error), fault.status != .unreachable else {
                    throw error
                }
                row.outcome = "refused"
                row.reason = fault.message
            }
            return row
        }
    }

    private func report(_ rows: [Row]) throws {
        if format.json { return try Console.printJSON("outcomes", rows) }
        var table = TextTable(header: ["OUTCOME", "JOB", "SOURCE", "REASON"])
        for row in rows {
            table.add([row.outcome, row.job?.text ?? "", row.source, row.reason ?? ""])
        }
        Console.print(table.text)
        let counts = Dictionary(grouping: rows, by: \.outcome).mapValues(\.count)
        Console.print(
            "\n"
                + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                .joined(separator: ", "))
    }
}
