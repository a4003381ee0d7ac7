import GRDB

/// Tells whether a node is surely gone.
public typealias NodeObituary = @Sendable (NodeRecord) -> Bool

/// What works on a whole ledger does so while no node does.
enum LiveNodes {
    static func requireNone(
        _ database: Database, _ path: String, isDead: NodeObituary
    ) throws {
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM node WHERE retired_at IS NULL ORDER BY started_at, id")
        guard let alive = try rows.map({ try $0.node() }).first(where: { !isDead($0) }) else {
            return
        }
        throw LedgerFailure(
            .busy,
            "\(path): node \(alive.id) (process \(alive.processID) of \(alive.host)) has not ended. "
                + "Stop it first; if it is gone with its machine, say so with --dead \(alive.id).")
    }
}
