import GRDB

/// Which schema a database has, beside the one of this build.
enum SchemaStanding: Equatable {
    /// Nothing is in it.
    case empty
    /// It is somebody else's.
    case foreign
    /// Of a build that was never released.
    case unreleased(Int)
    case older(Int)
    case current
    case newer(Int)

    init(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        switch version {
        case 0:
            let things = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            self = things == 0 ? .empty : .foreign
        case Schema.version: self = .current
        case ..<Schema.firstReleased: self = .unreleased(version)
        case ..<Schema.version: self = .older(version)
        default: self = .newer(version)
        }
    }

    /// The number, where it is one that can be worked with or brought forward.
    var released: Int? {
        switch self {
        case .older(let version): version
        case .current: Schema.version
        case .empty, .foreign, .unreleased, .newer: nil
        }
    }

    /// Refuses all but this build's own schema and nothing.
    func requireCurrent(_ path: String) throws(LedgerFailure) {
        switch self {
        case .empty, .current: return
        case .older(let version):
            throw LedgerFailure(
                .olderSchema,
                "\(path): the ledger has schema \(version), and this Reelmill works with "
                    + "\(Schema.version). Stop its nodes and run `reelmill ledger migrate`.")
        case .foreign, .unreleased, .newer: try requireReleased(path)
        }
    }

    /// Refuses what no released build made, or a newer one did.
    func requireReleased(_ path: String) throws(LedgerFailure) {
        switch self {
        case .empty, .older, .current: return
        case .foreign:
            throw LedgerFailure(
                .refused,
                "\(path): this is the database of another program. Choose another --state.")
        case .unreleased(let version):
            throw LedgerFailure(
                .olderSchema,
                "\(path): the ledger has schema \(version), made by an unreleased Reelmill. Finish its "
                    + "jobs with that build, or use another --state.")
        case .newer(let version):
            throw LedgerFailure(
                .newerSchema,
                "\(path): the ledger has schema \(version), and this Reelmill knows \(Schema.version). "
                    + "Use the newer Reelmill, or another --state.")
        }
    }
}
