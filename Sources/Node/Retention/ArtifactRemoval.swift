public import ArtifactStore
public import Ledger
import TranscodeModel

/// Removes from the store what the ledger has condemned. Any process may do it at any time, and go on where another one
/// died: what is condemned stays so until its bytes are gone.
public struct ArtifactRemoval: Sendable {
    public struct Count: Hashable, Sendable, Codable {
        public var artifacts = 0
        public var bytes: Int64 = 0
        public init() {}
    }

    let ledger: any Ledger
    let store: any ArtifactStore
    /// So many at a time: nothing can be committed meanwhile.
    private static let batch = 64

    public init(ledger: any Ledger, store: any ArtifactStore) {
        self.ledger = ledger
        self.store = store
    }

    /// All that is condemned now. Throws a `Failure` of the store or a `LedgerFailure`; what was removed until then
    /// stays so.
    public func finish() throws -> Count {
        var count = Count()
        while try removeSome(&count) {}
        return count
    }

    private func removeSome(_ count: inout Count) throws -> Bool {
        var failure: Failure?
        var gone: [CondemnedArtifact] = []
        let noted = try ledger.removeCondemned(limit: Self.batch) { batch in
            for (tenant, artifacts) in Dictionary(grouping: batch, by: \.tenant) {
                do throws(Failure) {
                    try store.remove(artifacts.map(\.digest), tenant: tenant)
                    gone += artifacts
                } catch { failure = error }
            }
            return gone
        }
        count.artifacts += noted
        count.bytes += gone.reduce(0) { $0 + $1.byteCount }
        if let failure { throw failure }
        return noted > 0
    }
}
