public import ArtifactStore
import Foundation
public import Ledger
public import TranscodeModel

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

    /// All that is condemned now, for as long as `goesOn`. Throws a `LedgerFailure`; or, in the end, the first `Failure` of
    /// the store, which does not keep the others from being removed. What was removed stays so.
    public func finish(while goesOn: () -> Bool = { true }) throws -> Count {
        var progress = Progress()
        while goesOn(), try removeSome(&progress) {
            Thread.sleep(forTimeInterval: Self.pauseSeconds)
        }
        guard let failure = progress.failure else { return progress.count }
        throw Failure(
            failure.category, failure.code,
            "\(failure.message) (\(progress.failures) artifacts could not be removed, "
                + "\(progress.count.artifacts) were)")
    }

    /// One that somebody needs to make anew, before its turn; nothing if it is not condemned.
    public func remove(_ digest: Digest, tenant: TenantID) throws {
        var progress = Progress()
        _ = try remove(.one(digest, tenant), &progress)
        if let failure = progress.failure { throw failure }
    }

    private struct Progress {
        var count = Count()
        /// The first, and how many.
        var failure: Failure?
        var failures = 0
        /// The last one that cannot be removed: it stays, and others come after it.
        var stuck: CondemnedArtifact?
    }

    /// Returns whether there was any.
    private func removeSome(_ progress: inout Progress) throws -> Bool {
        try remove(.oldest(Self.batch, after: progress.stuck), &progress)
    }

    private func remove(_ choice: CondemnedChoice, _ progress: inout Progress) throws -> Bool {
        var gone: [CondemnedArtifact] = []
        var isAny = false
        progress.count.artifacts += try ledger.removeCondemned(choice) { batch in
            isAny = true
            for artifact in batch {
                do throws(Failure) {
                    try store.remove(artifact.digest, tenant: artifact.tenant)
                    gone.append(artifact)
                } catch {
                    progress.failure = progress.failure ?? error
                    progress.failures += 1
                    progress.stuck = artifact
                }
            }
            return gone
        }
        progress.count.bytes += gone.reduce(0) { $0 + $1.byteCount }
        for (tenant, artifacts) in Dictionary(grouping: gone, by: \.tenant) {
            try store.settleRemoval(of: artifacts.map(\.digest), tenant: tenant)
        }
        return isAny
    }
}
