public import TranscodeModel

/// One line of a catalogue, and what became of it.
///
///     pending ──► running ──► done | failed | quarantined | skipped
///        └──────────────────► skipped | failed
///
/// From any end it goes back to pending when it is to be done again.
public struct BackfillRow: Hashable, Sendable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        case pending, running, done, skipped, failed, quarantined

        /// Nothing more becomes of it by itself.
        public var isEnd: Bool { self != .pending && self != .running }
    }

    /// From 0, in the order of the listing.
    public var position: Int
    /// Where the source is, as a store finds it: for a directory store, an absolute path.
    public var input: String
    public var output: String
    public var tenant: TenantID
    public var profile: Digest
    public var profileName: String
    /// The caller's own name for the job.
    public var key: String?
    /// The caller's own, carried along and reported.
    public var metadata: [String: String]
    public var state = State.pending
    /// Is still to be looked at in this pass.
    public var isDue = true
    /// Of a row that failed: a `Failure.Code`, or `cancelled`. Of one that was skipped: why, in one word.
    public var code: String?
    /// For people.
    public var reason: String?
    /// The source's digest when it was last looked at; nil when it could not be read.
    public var source: Digest?
    /// The job that does it, or did.
    public var job: JobID?
    /// The pass in which a job was last made for it; 0 for none.
    public var admittedPass = 0
    /// The pass in which it last came to its end; 0 for none.
    public var endedPass = 0

    public init(
        position: Int, input: String, output: String, tenant: TenantID, profile: Digest,
        profileName: String, key: String? = nil, metadata: [String: String] = [:]
    ) {
        self.position = position
        self.input = input
        self.output = output
        self.tenant = tenant
        self.profile = profile
        self.profileName = profileName
        self.key = key
        self.metadata = metadata
    }
}

/// A row as it shall be, if it is still in the state that it was seen in.
public struct BackfillRowChange: Hashable, Sendable {
    public var from: BackfillRow.State
    public var row: BackfillRow

    public init(from: BackfillRow.State, row: BackfillRow) {
        self.from = from
        self.row = row
    }
}

public struct BackfillRowQuery: Hashable, Sendable {
    /// Empty for all.
    public var states: Set<BackfillRow.State>
    /// Only those that are still to be looked at in this pass.
    public var isDueOnly: Bool
    /// Only those of these sources, as they were listed; at most 1000; nil for all.
    public var inputs: Set<String>?
    public var limit: Int
    /// The last position of the page before; -1 for the first page.
    public var after: Int

    public init(
        states: Set<BackfillRow.State> = [], isDueOnly: Bool = false, inputs: Set<String>? = nil,
        limit: Int = 100, after: Int = -1
    ) {
        self.states = states
        self.isDueOnly = isDueOnly
        precondition(inputs?.count ?? 0 <= 1000)
        self.inputs = inputs
        self.limit = limit
        self.after = after
    }
}

/// The rows of the pass that counts, by how they stand.
public struct BackfillCounts: Hashable, Sendable, Codable {
    public struct Group: Hashable, Sendable, Codable {
        public var state: BackfillRow.State
        /// Of what failed or was skipped.
        public var code: String?
        public var rows: Int

        public init(state: BackfillRow.State, code: String?, rows: Int) {
            self.state = state
            self.code = code
            self.rows = rows
        }
    }

    /// By state, and then by code.
    public var groups: [Group]
    /// Rows that are still to be looked at.
    public var due: Int
    /// Jobs that were made in this pass, and those of them that failed.
    public var admitted: Int
    public var admittedFailures: Int
    /// All rows that failed or were quarantined in this pass.
    public var failures: Int

    public init(groups: [Group], due: Int, admitted: Int, admittedFailures: Int, failures: Int) {
        self.groups = groups
        self.due = due
        self.admitted = admitted
        self.admittedFailures = admittedFailures
        self.failures = failures
    }

    /// As they are after one row has changed.
    public mutating func move(from old: BackfillRow, to new: BackfillRow, pass: Int) {
        add(old, -1, pass)
        add(new, 1, pass)
    }

    private mutating func add(_ row: BackfillRow, _ count: Int, _ pass: Int) {
        if let index = groups.firstIndex(where: { $0.state == row.state && $0.code == row.code }) {
            groups[index].rows += count
            if groups[index].rows == 0 { groups.remove(at: index) }
        } else {
            groups.append(Group(state: row.state, code: row.code, rows: count))
            groups.sort {
                ($0.state.rawValue, $0.code ?? "") < ($1.state.rawValue, $1.code ?? "")
            }
        }
        if row.isDue { due += count }
        let isAdmitted = pass > 0 && row.admittedPass == pass
        if isAdmitted { admitted += count }
        guard row.state == .failed || row.state == .quarantined, row.endedPass == pass else {
            return
        }
        failures += count
        if isAdmitted { admittedFailures += count }
    }

    public subscript(_ state: BackfillRow.State) -> Int {
        groups.filter { $0.state == state }.reduce(0) { $0 + $1.rows }
    }

    public var total: Int { groups.reduce(0) { $0 + $1.rows } }
}
