import Ledger
import TranscodeModel

/// The store as a disk sees it: bytes are staged, synced, given their name, and only then safe.
struct StoreModel {
    struct Staged {
        var host: Int
        var isSynced = false
    }

    struct Stored {
        var host: Int
        var hasSyncedBytes: Bool
        var isDurable = false
    }

    private(set) var staged: [LeaseToken: Staged] = [:]
    private var stored: [Int: Stored] = [:]
    /// Outputs that appeared, by upload.
    private(set) var published: Set<Int> = []
    /// It fails for everyone.
    var isDown = false

    static func key(_ upload: Int, _ position: Int) -> Int { upload << 16 | position }

    mutating func write(_ token: LeaseToken, host: Int) { staged[token] = Staged(host: host) }
    mutating func sync(_ token: LeaseToken) { staged[token]?.isSynced = true }
    mutating func discard(_ token: LeaseToken) { staged[token] = nil }

    /// Gives staged bytes the name of their content, unless it is there. False when they are gone.
    mutating func rename(_ token: LeaseToken, _ key: Int) -> Bool {
        guard let bytes = staged.removeValue(forKey: token) else { return false }
        if stored[key] == nil {
            stored[key] = Stored(host: bytes.host, hasSyncedBytes: bytes.isSynced)
        }
        return true
    }

    /// Syncs the directory.
    mutating func settle(_ key: Int) {
        if stored[key]?.hasSyncedBytes == true { stored[key]?.isDurable = true }
    }

    func isDurable(_ key: Int) -> Bool { stored[key]?.isDurable ?? false }
    func holds(_ key: Int) -> Bool { stored[key] != nil }

    mutating func publish(_ upload: Int) { published.insert(upload) }

    /// Removes what belongs to no lease.
    mutating func sweep(keeping live: Set<LeaseToken>) {
        staged = staged.filter { live.contains($0.key) }
    }

    /// What was not synced on a host is lost, or torn: either way it is not what it was.
    mutating func losePower(host: Int) {
        staged = staged.filter { $0.value.host != host || $0.value.isSynced }
        stored = stored.filter { $0.value.host != host || $0.value.isDurable }
    }
}
