public import ArgumentParser
import Ledger
import TranscodeModel

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List jobs, the newest first.",
        discussion: """
            EXAMPLES:
              reelmill list
              reelmill list --status failed --limit 20 --json
            """)

    @Option(name: .customLong("status"), help: "Only jobs in this state; may be repeated.")
    var states: [JobState] = []
    @Option(help: "Only this tenant's jobs.")
    var tenant: String?
    @Option(name: .customLong("class"), help: "Only jobs of this class.")
    var jobClass: JobClass?
    @Option(help: "At most so many.")
    var limit = 50
    @Option(help: "Only jobs older than this one: the last of the page before.")
    var after: String?
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        guard tenant.map({ TenantID($0) != nil }) ?? true else {
            throw ValidationError("--tenant must be 1 to 64 letters, digits, '-', '_' or '.'")
        }
    }

    func run() throws {
        let workplace = try state.workplace()
        if let after { _ = try workplace.job(after) }
        let records = try workplace.ledger.jobs(
            JobQuery(
                tenant: tenant.flatMap { TenantID($0) }, states: Set(states), jobClass: jobClass,
                limit: limit, after: after.map { JobID($0) }))
        if format.json { return try Console.printJSON("jobs", records.map { JobReport($0) }) }
        var table = TextTable(
            header: ["JOB", "STATE", "UNITS", "PROFILE", "CLASS", "CREATED", "SOURCE"],
            rightAligned: [2])
        for record in records {
            table.add([
                record.id.text, record.state.rawValue, "\(record.unitsDone)/\(record.unitsTotal)",
                record.profile.name, record.jobClass.rawValue,
                Quantity.instant(milliseconds: record.createdMilliseconds),
                record.source.displayName,
            ])
        }
        Console.print(table.text)
    }
}

extension JobState: ExpressibleByArgument {}
