import ArgumentParser
import ArtifactStore
import Ledger
import TranscodeModel

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show what the attempts at a job said: their workers, and the nodes that held them.",
        discussion: """
            Each attempt at a unit has a log: when it was leased and by which node, its worker's own words, \
            what it used, and what became of it. The lines of all attempts stand in the order of time. Of a \
            long log the beginning and the end are kept. With --follow, --json prints one object a line.

            EXAMPLES:
              reelmill logs j0123456789ab
              reelmill logs j0123456789ab --unit 3 --attempt 1
              reelmill logs j0123456789ab --follow
              reelmill logs j0123456789ab --json
            """)

    @Argument(help: "The job.")
    var job: String
    @Option(
        help: ArgumentHelp(
            "Only this unit, by its number in `reelmill status JOB`.", valueName: "n"))
    var unit: Int?
    @Option(help: ArgumentHelp("Only this attempt at each unit, from 1.", valueName: "k"))
    var attempt: Int?
    @Flag(help: "Go on until the job has ended.")
    var follow = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() async throws {
        let workplace = try state.workplace()
        var record = try workplace.job(job)
        var reader = AttemptLogReader(
            store: workplace.store, job: record,
            kinds: try kinds(of: record, workplace.ledger))
        reader.unit = unit
        reader.attempt = attempt
        if let unit, reader.kinds[unit] == nil, !follow {
            throw CommandFault(
                .usage,
                "job \(record.id) has no unit \(unit); it has \(reader.kinds.count), from 0 on, which "
                    + "`reelmill status \(record.id)` lists")
        }
        if !follow { try requireSomething(reader) }
        var all: [AttemptLogLine] = []
        var wasFinal = false
        while true {
            let news = try reader.news()
            if format.json, !follow { all += news }
            for line in news where follow || !format.json {
                Console.print(format.json ? try Console.jsonLine(line) : line.text)
            }
            // What became of the last attempt is written just after the job has ended.
            if !follow || wasFinal { break }
            wasFinal = record.state.isFinal
            try await Task.sleep(for: .milliseconds(400))
            record = try workplace.job(record.id.text)
            reader.kinds = try kinds(of: record, workplace.ledger)
        }
        if format.json, !follow { try Console.printJSON("log", all) }
    }

    private func kinds(of record: JobRecord, _ ledger: any Ledger) throws -> [Int: UnitKind] {
        Dictionary(
            uniqueKeysWithValues: try ledger.units(ofJob: record.id).map { ($0.position, $0.kind) })
    }

    /// Says why there is nothing to show.
    private func requireSomething(_ reader: AttemptLogReader) throws {
        guard try reader.listing().isEmpty else { return }
        let all = try reader.store.logs(of: reader.job.id, tenant: reader.job.tenant).map(\.name)
        if let attempt, all.contains(where: { (unit ?? $0.unit.position) == $0.unit.position }) {
            let last =
                all.filter { (unit ?? $0.unit.position) == $0.unit.position }
                .map(\.attempt).max() ?? 0
            throw CommandFault(
                .usage,
                "\(unit.map { "unit \($0)" } ?? "job \(reader.job.id)") has no log of attempt "
                    + "\(attempt); the newest is that of attempt \(last)")
        }
        let what = unit.map { "unit \($0) of job \(reader.job.id)" } ?? "job \(reader.job.id)"
        Console.note(
            reader.job.state.isFinal
                ? "reelmill: \(what) has no log: nothing was attempted, or its logs were removed"
                : "reelmill: \(what) has no log yet: no attempt has begun")
    }
}
