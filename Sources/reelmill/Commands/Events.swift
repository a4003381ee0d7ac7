import ArgumentParser
import Ledger
import TranscodeModel

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the history: every transition of a job and its units, or of all.",
        discussion: """
            Without a job, all events there are, those of breakers and tenants among them. Of a job, what a worker \
            completed says what its sandbox was.

            EXAMPLES:
              reelmill events
              reelmill events j0123456789ab
              reelmill events j0123456789ab --follow
              reelmill events j0123456789ab --json
            """)

    @Argument(help: "The job; all without one.")
    var job: String?
    @Flag(help: "Go on until the job has ended, or for ever.")
    var follow = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    private static let pageSize = 1000

    func run() async throws {
        let workplace = try state.workplace()
        let id = try job.map { try workplace.job($0).id }
        var last: Int64 = 0
        var all: [ToldEvent] = []
        while true {
            // Asked for before the events, so that the last of them are not missed.
            let isOver = try job.map { try workplace.job($0).state.isFinal } ?? false
            var page: [EventRecord]
            repeat {
                page = try workplace.ledger.events(
                    ofJob: id, after: last, limit: Events.pageSize)
                last = page.last?.sequence ?? last
                let told = try told(page, workplace.ledger)
                if format.json {
                    all += told
                } else {
                    for event in told { Console.print(line(event)) }
                }
            } while page.count == Events.pageSize
            if isOver || !follow { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        if format.json { try Console.printJSON("events", all) }
    }

    /// The artifacts' own records tell what confined the workers that made them.
    private func told(_ page: [EventRecord], _ ledger: any Ledger) throws -> [ToldEvent] {
        var confinements: [Int: String] = [:]
        if let id = page.first?.job, job != nil, page.contains(where: { $0.to == "done" }) {
            for made in try ledger.artifacts(ofJob: id) {
                confinements[made.position] = made.artifact.usage.confinement
            }
        }
        return page.map { event in
            ToldEvent(
                event: event,
                sandbox: event.to == "done" ? event.position.flatMap { confinements[$0] } : nil)
        }
    }

    private func line(_ told: ToldEvent) -> String {
        let event = told.event
        var parts = [
            "\(event.sequence)", Quantity.instant(milliseconds: event.atMilliseconds),
            event.position.map { "unit \($0) \(event.kind)" } ?? event.kind,
            "\(event.from ?? "·") → \(event.to)",
        ]
        if job == nil, let subject = event.job { parts.insert(subject.text, at: 2) }
        if let attempt = event.attempt, attempt > 0 { parts.append("attempt \(attempt)") }
        if let epoch = event.epoch { parts.append("epoch \(epoch)") }
        if let node = event.node { parts.append("node \(node)") }
        if let detail = event.detail { parts.append(detail) }
        if let sandbox = told.sandbox { parts.append("sandbox: \(sandbox)") }
        return parts.joined(separator: "  ")
    }
}

/// An event, and of a worker's completion what confined that worker.
private struct ToldEvent: Encodable {
    var event: EventRecord
    var sandbox: String?

    private enum CodingKeys: String, CodingKey { case sandbox }

    func encode(to encoder: any Encoder) throws {
        try event.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(sandbox, forKey: .sandbox)
    }
}
