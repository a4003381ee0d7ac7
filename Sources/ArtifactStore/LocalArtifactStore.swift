import Glibc
import Synchronization
public import TranscodeModel

/// Artifacts in a directory of the local machine.
///
///     ROOT/staging/TENANT~JOB.POSITION~EPOCH~RANDOM    being written
///     ROOT/objects/TENANT/ab/abcd…                     durable, read-only, named by content
///     ROOT/logs/TENANT/JOB/POSITION.ATTEMPT.log        what attempts said
///     ROOT/early/JOB                                   has an output that is played early, or may have
public struct LocalArtifactStore: ArtifactStore {
    private let root: String
    private let folders = DurableFolders()
    private let calls: StorageCalls
    private let plantedBug: PlantedBug?

    /// Opens the store, making what is missing of it.
    public static func open(at path: String) throws(Failure) -> LocalArtifactStore {
        try open(at: path, calls: .system, plantedBug: nil)
    }

    package static func open(
        at path: String, calls: StorageCalls, plantedBug: PlantedBug?
    ) throws(Failure) -> LocalArtifactStore {
        let store = LocalArtifactStore(root: path, calls: calls, plantedBug: plantedBug)
        try makeDirectory(store.staging)
        try makeDirectory(path + "/objects")
        return store
    }

    private var staging: String { root + "/staging" }
    var logsRoot: String { root + "/logs" }
    var earlyRoot: String { root + "/early" }

    private func path(of digest: Digest, _ tenant: TenantID) -> String {
        let hex = digest.hex
        return "\(root)/objects/\(tenant)/\(hex.prefix(2))/\(hex)"
    }

    public func stage(tenant: TenantID, unit: UnitID, epoch: Int64) throws(Failure) -> StagedFile {
        let name = "\(tenant)~\(unit)~\(epoch)~\(UInt64.random(in: 0...UInt64.max))"
        let path = staging + "/" + name
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw storageFailure("make a staging file", path) }
        return StagedFile(owning: descriptor, tenant: tenant, path: path)
    }

    public func commit(_ staged: StagedFile) throws(Failure) -> StoredArtifact {
        if plantedBug != .noSyncBeforeCommit {
            guard calls.sync(staged.descriptor, staged.path) == 0 else {
                throw storageFailure("sync", staged.path)
            }
        }
        let (digest, byteCount) = try hashOfFile(staged.descriptor, path: staged.path)
        let target = path(of: digest, staged.tenant)
        guard fchmod(staged.descriptor, 0o444) == 0 else {
            throw storageFailure("make read-only", staged.path)
        }
        try folders.make([parent(of: parent(of: target)), parent(of: target)])
        try place(staged, target, byteCount)
        try syncDirectory(parent(of: target), calls)
        try syncDirectory(staging, calls)
        return StoredArtifact(digest: digest, byteCount: byteCount)
    }

    private func place(
        _ staged: StagedFile, _ target: String, _ byteCount: Int64
    ) throws(Failure) {
        for _ in 0..<Self.placings {
            switch calls.rename(staged.path, target) {
            case 0: return
            case EEXIST:
                // Gone again: somebody has removed what was given up.
                guard let size = try size(of: target) else { continue }
                // The same bytes are there already; a torn file of that name would have another size.
                guard size == byteCount else {
                    throw Failure(
                        .permanent, .storageFailed,
                        "\(target): the artifact is damaged. Remove it and retry the job.")
                }
                return try discard(staged)
            case let code: throw storageFailure("rename into place", target, code)
            }
        }
        throw Failure(
            .transient, .storageFailed,
            "\(target): the artifact comes and goes, and could not be put in place. Look who "
                + "else writes to the store.")
    }

    /// Each but the last needs a removal, and another one that put the bytes there since.
    private static let placings = 16

    public func discard(_ staged: StagedFile) throws(Failure) { try removeTree(staged.path) }

    public func open(_ digest: Digest, tenant: TenantID) throws(Failure) -> ReadableFile {
        let path = path(of: digest, tenant)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT {
                throw Failure(
                    .permanent, .artifactMissing,
                    "\(path): the artifact is not in the store any more. Retry the job.")
            }
            throw storageFailure("open", path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw storageFailure("examine", path, code)
        }
        return ReadableFile(owning: descriptor, byteCount: Int64(status.st_size))
    }

    public func contains(_ digest: Digest, tenant: TenantID) throws(Failure) -> Bool {
        try size(of: path(of: digest, tenant)) != nil
    }

    private func size(of path: String) throws(Failure) -> Int64? {
        var status = stat()
        if lstat(path, &status) == 0 { return Int64(status.st_size) }
        guard errno == ENOENT || errno == ENOTDIR else { throw storageFailure("examine", path) }
        return nil
    }

    public func sweepStaging(live: () throws -> Set<StagingName>) throws -> Int {
        let listed = try names(in: staging)
        guard !listed.isEmpty else { return 0 }
        let kept = Set(try live().map { "\($0.unit)~\($0.epoch)" })
        var removed = 0
        for name in listed {
            let parts = name.split(separator: "~")
            if parts.count == 4, kept.contains("\(parts[1])~\(parts[2])") { continue }
            try removeTree(staging + "/" + name)
            removed += 1
        }
        return removed
    }

    public func tenants() throws(Failure) -> [String] { try names(in: root + "/objects") }

    public func staged() throws(Failure) -> [String] { try names(in: staging) }

    public func remove(_ digest: Digest, tenant: TenantID) throws(Failure) {
        try removeTree(path(of: digest, tenant))
    }

    public func settleRemoval(of digests: [Digest], tenant: TenantID) throws(Failure) {
        let folders = Set(digests.map { parent(of: path(of: $0, tenant)) })
        for folder in folders.sorted() where try size(of: folder) != nil {
            try syncDirectory(folder, calls)
        }
    }

    public func inventory(tenant: TenantID) throws(Failure) -> [Digest] {
        let folder = "\(root)/objects/\(tenant)"
        guard try size(of: folder) != nil else { return [] }
        var digests: [Digest] = []
        for prefix in try names(in: folder) {
            for name in try names(in: folder + "/" + prefix) {
                if let digest = Digest(hex: name) { digests.append(digest) }
            }
        }
        return digests
    }

    public func space() throws(Failure) -> StorageSpace {
        guard let space = storageSpace(at: root) else {
            throw storageFailure("ask for the free space of", root)
        }
        return space
    }
}

/// The directories that this process has seen to be durable: others are killed at any moment.
private final class DurableFolders: Sendable {
    private let known = Mutex<Set<String>>([])

    /// Outer ones first.
    func make(_ paths: [String]) throws(Failure) {
        for path in paths where !known.withLock({ $0.contains(path) }) {
            try makeDirectory(path)
            known.withLock { _ = $0.insert(path) }
        }
    }
}
