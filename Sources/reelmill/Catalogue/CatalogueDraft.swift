import ContentDigest
import Foundation
import Ledger
import Planner
import TranscodeModel

/// Lists a catalogue into the ledger, as a new pass of its backfill. What is known of a row from the pass before stays
/// with it, and it is looked at anew.
struct CatalogueDraft {
    let ledger: any BackfillLedger
    let name: String
    let listing: CatalogueListing
    /// The directory above all outputs; nil when each row names its own.
    let output: String?
    let profile: Profile
    let settings: BackfillSettings

    /// Rows of one transaction.
    private static let batchMaximum = 512

    /// Returns the backfill, planned, with all rows of the listing.
    func list() throws -> BackfillRecord {
        var folders = OutputFolders()
        try listing.readEach { entry in
            if entry.output == nil, entry.fault == nil { folders.count(entry.name) }
        }
        let pass = try ledger.draftBackfill(name, settings: settings)
        var profiles = CatalogueProfiles(standard: profile)
        var outputs = TakenOutputs()
        var batch: [BackfillRow] = []
        var position = 0
        func flush() throws {
            guard !batch.isEmpty else { return }
            try carryOver(&batch)
            try ledger.addRows(batch, profiles: profiles.takeNew(), toDraft: pass, of: name)
            batch.removeAll(keepingCapacity: true)
        }
        try listing.readEach { entry in
            var row = try row(entry, position, &folders, &profiles, pass)
            if row.state == .pending, !outputs.take(row.output) {
                row.refuse(
                    "its output, \(row.output), is that of a row before it, or within it, or around it",
                    pass)
            }
            batch.append(row)
            position += 1
            if batch.count == CatalogueDraft.batchMaximum { try flush() }
        }
        try flush()
        guard position > 0 else {
            throw CommandFault(.usage, "there are no videos in what was named")
        }
        return try ledger.adoptDraft(pass, of: name, settings: settings)
    }

    private func row(
        _ entry: CatalogueEntry, _ position: Int, _ folders: inout OutputFolders,
        _ profiles: inout CatalogueProfiles, _ pass: Int
    ) throws -> BackfillRow {
        var fault = entry.fault
        var found = profiles.standard
        if fault == nil, let wanted = entry.profile {
            do { found = try profiles.find(wanted) } catch {
                guard let reason = CommandFault(error) else { throw error }
                fault = reason.message
            }
        }
        let tenant = entry.tenant.map { TenantID($0) } ?? .standard
        if tenant == nil {
            fault = "“\(entry.tenant ?? "")” is no tenant: 1 to 64 letters, digits, '-', '_' or '.'"
        }
        let place: String
        if let named = entry.output, !named.isEmpty {
            place = named
        } else if let output {
            place = output + "/" + (fault == nil ? folders.folder(for: entry.name) : "")
        } else {
            place = ""
            fault = fault ?? "it names no output, and there is no -o OUT"
        }
        var row = BackfillRow(
            position: position, input: entry.fault == nil ? absolute(entry.path) : entry.path,
            output: absolute(place), tenant: tenant ?? .standard, profile: found.digest,
            profileName: found.name, key: entry.key, metadata: entry.metadata)
        if let fault { row.refuse(fault, pass) }
        return row
    }

    /// What is known of the rows of the same input and output in the pass before, if they were for the same profile and
    /// tenant.
    private func carryOver(_ rows: inout [BackfillRow]) throws {
        struct Place: Hashable {
            var input: String
            var output: String
        }
        let inputs = Set(rows.map(\.input))
        let found = try ledger.rows(
            BackfillRowQuery(inputs: inputs, limit: .max), of: name
        ).filter { $0.code != BackfillRow.badRow }
        let known = Dictionary(found.map { (Place(input: $0.input, output: $0.output), $0) }) {
            first, _ in first
        }
        for index in rows.indices where rows[index].state == .pending {
            let row = rows[index]
            guard let old = known[Place(input: row.input, output: row.output)],
                (old.profile, old.tenant) == (row.profile, row.tenant)
            else { continue }
            rows[index].takeOver(old)
        }
    }
}

extension BackfillRow {
    /// The code of a row that a list does not state properly.
    static let badRow = "bad-row"

    fileprivate mutating func refuse(_ fault: String, _ pass: Int) {
        (state, code, reason) = (.failed, Self.badRow, fault)
        (isDue, endedPass) = (false, pass)
    }

    /// What became of it in the pass before; it is to be looked at again.
    fileprivate mutating func takeOver(_ old: BackfillRow) {
        (state, code, reason) = (old.state, old.code, old.reason)
        (source, job) = (old.source, old.job)
        (admittedPass, endedPass) = (old.admittedPass, old.endedPass)
        isDue = old.state != .running
    }
}

/// The profiles that a catalogue names, each read once.
struct CatalogueProfiles {
    struct Found {
        var name: String
        var digest: Digest
    }

    let standard: Found
    private var found: [String: Found] = [:]
    private var new: [Digest: Profile] = [:]

    init(standard profile: Profile) {
        standard = Found(name: profile.name, digest: ProfileIdentity.digest(of: profile))
        new[standard.digest] = profile
    }

    mutating func find(_ nameOrPath: String) throws -> Found {
        if let known = found[nameOrPath] { return known }
        let profile = try ProfileLoading.load(nameOrPath)
        let loaded = Found(name: profile.name, digest: ProfileIdentity.digest(of: profile))
        found[nameOrPath] = loaded
        new[loaded.digest] = profile
        return loaded
    }

    /// Those that the ledger has not been told of.
    mutating func takeNew() -> [Digest: Profile] {
        defer { new = [:] }
        return new
    }
}
