import ContentDigest
import Foundation
import Glibc
import Synchronization
import Testing
import TranscodeModel

@testable import ArtifactStore

/// A directory that goes away with the test.
final class Scratch {
    let path: String
    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "reelmill-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func contents(_ relative: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + relative).sorted()
    }
}

@Suite("Store: nothing is acknowledged before its bytes are durable")
struct LocalArtifactStoreTests {
    private let unit = UnitID(job: JobID("j1"), position: 3)

    @Test("what is committed is read back under its SHA-256, read-only")
    func commit() throws {
        let scratch = try Scratch()
        let store = try LocalArtifactStore.open(at: scratch.path)
        let staged = try store.stage(tenant: .standard, unit: unit, epoch: 1)
        try staged.append(Array("some ".utf8))
        try staged.append(Array("bytes".utf8))
        let stored = try store.commit(staged)
        #expect(stored.digest == Digest.sha256("some bytes"))
        #expect(stored.byteCount == 10)
        #expect(
            try store.open(stored.digest, tenant: .standard).contents() == Array("some bytes".utf8))
        #expect(try scratch.contents("staging") == [])
    }

    @Test("the same bytes committed by many at once are one artifact")
    func concurrentCommits() async throws {
        let scratch = try Scratch()
        let store = try LocalArtifactStore.open(at: scratch.path)
        let digests = try await withThrowingTaskGroup(of: Digest.self) { group in
            for epoch in 0..<16 {
                group.addTask {
                    let staged = try store.stage(
                        tenant: .standard, unit: unit, epoch: Int64(2 * epoch + 1))
                    try staged.append([1, 2, 3])
                    return try store.commit(staged).digest
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(digests).count == 1)
        #expect(try store.inventory(tenant: .standard) == [digests[0]])
        #expect(try scratch.contents("staging") == [])
    }

    @Test("one tenant's artifact is not there for another (I14)")
    func tenants() throws {
        let scratch = try Scratch()
        let store = try LocalArtifactStore.open(at: scratch.path)
        let other = try #require(TenantID("other"))
        let staged = try store.stage(tenant: .standard, unit: unit, epoch: 1)
        try staged.append([7])
        let stored = try store.commit(staged)
        #expect(try store.contains(stored.digest, tenant: .standard))
        #expect(try !store.contains(stored.digest, tenant: other))
        #expect(throws: Failure.self) { try store.open(stored.digest, tenant: other) }
    }

    @Test("a sweep removes what no live attempt owns, and nothing else")
    func sweep() throws {
        let scratch = try Scratch()
        let store = try LocalArtifactStore.open(at: scratch.path)
        let live = try store.stage(tenant: .standard, unit: unit, epoch: 3)
        _ = try store.stage(tenant: .standard, unit: unit, epoch: 1)
        #expect(try store.sweepStaging { [StagingName(unit: unit, epoch: 3)] } == 1)
        try live.append([1])
        #expect(try store.commit(live).byteCount == 1)
    }

    @Test("a torn artifact of the same name is never taken for the bytes")
    func torn() throws {
        let scratch = try Scratch()
        let store = try LocalArtifactStore.open(at: scratch.path)
        let digest = Digest.sha256([UInt8](repeating: 5, count: 100))
        let folder = scratch.path + "/objects/default/\(digest.hex.prefix(2))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data([5, 5]).write(to: URL(fileURLWithPath: folder + "/" + digest.hex))
        let staged = try store.stage(tenant: .standard, unit: unit, epoch: 1)
        try staged.append([UInt8](repeating: 5, count: 100))
        let failure = #expect(throws: Failure.self) { try store.commit(staged) }
        #expect(failure?.code == .storageFailed)
    }

    /// Says so often that something is there before it renames; whoever put it there has removed it.
    private func crowded(_ path: String, refusals: Int) throws -> LocalArtifactStore {
        let left = Mutex(refusals)
        var calls = StorageCalls.system
        let rename = calls.rename
        calls.rename = { from, to in
            let isRefused = left.withLock { left in
                left -= 1
                return left >= 0
            }
            return isRefused ? EEXIST : rename(from, to)
        }
        return try LocalArtifactStore.open(at: path, calls: calls, plantedBug: nil)
    }

    @Test("bytes that were there a moment ago and were removed since are put there after all")
    func comesAndGoes() throws {
        let scratch = try Scratch()
        let store = try crowded(scratch.path, refusals: 2)
        let staged = try store.stage(tenant: .standard, unit: unit, epoch: 1)
        try staged.append(Array("some".utf8))
        let stored = try store.commit(staged)
        #expect(try store.contains(stored.digest, tenant: .standard))
        #expect(try scratch.contents("staging") == [])
    }

    @Test("a place that is never free, and never taken, ends an attempt but not its job")
    func neverThere() throws {
        let scratch = try Scratch()
        let store = try crowded(scratch.path, refusals: .max)
        let staged = try store.stage(tenant: .standard, unit: unit, epoch: 1)
        let failure = #expect(throws: Failure.self) { try store.commit(staged) }
        #expect(failure?.category == .transient)
    }
}
