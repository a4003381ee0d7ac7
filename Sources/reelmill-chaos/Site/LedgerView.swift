import Foundation

/// What the ledger of a site says, through the commands that everybody has.
struct LedgerView {
    struct Job: Decodable {
        var id: String
        var state: String
        var units: [Unit]?
    }

    struct Unit: Decodable {
        var position: Int
        var kind: String
        var state: String
        var attempt: Int
        var epoch: Int
    }

    struct Event: Decodable {
        var position: Int?
        var to: String
        var epoch: Int?
        var node: String?
        var detail: String?
    }

    let site: Site

    /// The site's one job with its units; nil when nothing was recorded yet.
    func job() throws -> Job? {
        struct List: Decodable { var jobs: [Job] }
        struct One: Decodable { var job: Job }
        let list = try read(List.self, ["list", "--json"]).jobs
        guard list.count <= 1 else { throw Violation("the same work is \(list.count) jobs") }
        guard let id = list.first?.id else { return nil }
        return try read(One.self, ["status", id, "--json"]).job
    }

    func events() throws -> [Event] {
        struct Events: Decodable { var events: [Event] }
        guard let id = try job()?.id else { return [] }
        return try read(Events.self, ["events", id, "--json"]).events
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ arguments: [String]) throws -> Value {
        let child = try site.run(arguments)
        guard child.ending == 0 else {
            throw Violation(
                "reelmill \(arguments[0]) ended with \(child.ending ?? 0): \(child.errors)")
        }
        return try JSONDecoder().decode(type, from: Data(child.output.utf8))
    }
}
