import ArtifactStore
import Foundation
import Synchronization
import TranscodeModel

/// Commits one artifact to a real store and tells in which order it was made durable.
final class StoreRecorder: Sendable {
    private let calls = Mutex<[String]>([])

    /// Such as `sync file`, `rename`, `sync objects`, `sync staging`, `acknowledged`.
    static func commit(plantedBug: PlantedBug?) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "recorded-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recorder = StoreRecorder()
        let store = try LocalArtifactStore.open(
            at: folder, calls: recorder.storageCalls(folder), plantedBug: plantedBug)
        let staged = try store.stage(
            tenant: .standard, unit: UnitID(job: JobID("j1"), position: 1), epoch: 1)
        try staged.append(Array("bytes".utf8))
        _ = try store.commit(staged)
        recorder.note("acknowledged")
        return recorder.calls.withLock { $0 }
    }

    private func note(_ call: String) { calls.withLock { $0.append(call) } }

    /// The system's own calls, each noted before it is made.
    private func storageCalls(_ folder: String) -> StorageCalls {
        StorageCalls(
            sync: { descriptor, path in
                if path.hasPrefix(folder + "/objects/") {
                    self.note("sync objects")
                } else {
                    self.note(path == folder + "/staging" ? "sync staging" : "sync file")
                }
                return StorageCalls.system.sync(descriptor, path)
            },
            rename: { from, to in
                self.note("rename")
                return StorageCalls.system.rename(from, to)
            })
    }
}
