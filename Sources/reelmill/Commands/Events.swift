import ArgumentParser
import Ledger
import TranscodeModel

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the history: every transition of a job and its units, or of all.",
        discussion: """
            Without a job, all events there are, those of breakers and tenants among them.

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
        var all: [EventRecord] = []
        while true {
            // Asked for before the events, so that the last of them are not missed.
            let isOver = try job.map { try workplace.job($0).state.isFinal } ?? false
            var page: [EventRecord]
            repeat {
                page = try workplace.ledger.events(
                    ofJob: id, after: last, limit: Events.pageSize)
                last = page.last?.sequence ?? last
                if format.json {
                    all += page
                } else {
                    for event in page { Console.print(line(event)) }
                }
            } while page.count == Events.pageSize
            if isOver || !follow { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        if format.json { try Console.printJSON("events", all) }
    }

    private func line(_ event: EventRecord) -> String {
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
        return parts.joined(separator: "  ")
    }
}
