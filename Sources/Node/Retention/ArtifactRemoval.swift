public import ArtifactStore
import Foundation
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
    /// So many at a time, while nothing can be committed; then others have their turn.
    private static let batch = 16
    private static let pauseSeconds = 0.003

    public init(ledger: any Ledger, store: any ArtifactStore) {
        self.ledger = ledger
        self.store = store
    }

    /// All that is condemned now, for as long as `goesOn`. Throws a `Failure` of the store or a `LedgerFailure`; what
    /// was removed until then stays so.
    public func finish(while goesOn: () -> Bool = { true }) throws -> Count {
        var count = Count()
        while goesOn(), try removeSome(&count) { Thread.sleep(forTimeInterval: Self.pauseSeconds) }
        return count
    }

    private func removeSome(_ count: inout Count) throws -> Bool {
        var failure: Failure?
        var gone: [CondemnedArtifact] = []
        let noted = try ledger.removeCondemned(limit: Self.batch) { batch in
            do throws(Failure) {
                for artifact in batch {
                    try store.remove(artifact.digest, tenant: artifact.tenant)
                    gone.append(artifact)
                }
            } catch { failure = error }
            return gone
        }
        count.artifacts += noted
        count.bytes += gone.reduce(0) { $0 + $1.byteCount }
        for (tenant, artifacts) in Dictionary(grouping: gone, by: \.tenant) {
            try store.settleRemoval(of: artifacts.map(\.digest), tenant: tenant)
        }
        if let failure { throw failure }
        return noted > 0
    }
}
