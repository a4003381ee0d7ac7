import CFileSystem
import ContentDigest
import Glibc
public import TranscodeModel

/// The directory that a job publishes: it appears whole, by one rename, or not at all (I6).
public struct Destination: Sendable {
    /// Absolute.
    public let path: String
    /// What may stand there and be replaced; nil for nothing.
    public let replaced: ReplacedOutput?
    /// The job whose early output may stand there, and is replaced; nil for none.
    public let early: JobID?

    public init(
        path: String, replacing replaced: ReplacedOutput? = nil, early: JobID? = nil
    ) {
        self.path = path
        self.replaced = replaced
        self.early = early
    }

    private enum Occupation { case absent, emptyDirectory, occupied }

    /// Refuses a destination that could not be published: something is there, or nothing can be
    /// written beside it. Makes nothing.
    public func check() throws(Failure) {
        if try occupation() == .occupied {
            guard try holdsReplaceable(at: path) else { throw exists() }
        }
        var ancestor = parent(of: path)
        var status = stat()
        while stat(ancestor, &status) != 0, errno == ENOENT, ancestor != "/" {
            ancestor = parent(of: ancestor)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(
                .permanent, .destinationUnwritable,
                "\(path): nothing can be made there, for \(ancestor) is not a directory. Choose "
                    + "another output directory.")
        }
        guard access(ancestor, W_OK | X_OK) == 0 else {
            throw Failure(
                .permanent, .destinationUnwritable,
                "\(path): nothing can be written in \(ancestor) "
                    + "(\(String(cString: strerror(errno)))). Choose another output directory.")
        }
    }

    /// A hidden directory beside the destination, to be filled and published; its name is that of the attempt alone.
    /// Removes what earlier attempts of the same job left.
    public func prepare(job: JobID, epoch: Int64, attempt: Int) throws(Failure) -> PreparedOutput {
        let folder = parent(of: path)
        try makeDirectory(folder)
        let own = Turn(epoch: epoch, attempt: attempt)
        try sweep(job, before: own)
        return try PreparedOutput.make(folder + "/" + prefix(job) + own.text, for: self)
    }

    /// Which attempt of a job a hidden directory belongs to; later ones are greater.
    private struct Turn: Comparable {
        var epoch: Int64
        var attempt: Int
        var text: String { "\(epoch)-\(attempt)" }

        init(epoch: Int64, attempt: Int) {
            self.epoch = epoch
            self.attempt = attempt
        }

        /// Nil for a name that no attempt gives.
        init?(_ text: Substring) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let epoch = Int64(parts[0]), let attempt = Int(parts[1]) else {
                return nil
            }
            self.init(epoch: epoch, attempt: attempt)
        }

        static func < (left: Turn, right: Turn) -> Bool {
            (left.epoch, left.attempt) < (right.epoch, right.attempt)
        }
    }

    /// What the hidden directories of a job's attempts are called, up to the attempt.
    private func prefix(_ job: JobID) -> String { Destination.prefix(path, job) }

    static func prefix(_ path: String, _ job: JobID) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? "output"
        return ".\(name).reelmill-\(job)-"
    }

    /// Removes what attempts of a job left beside the destination.
    ///
    /// One that is taken for dead may still be at work, and may publish at any moment. So each directory is first set
    /// aside by a rename: either that comes first, and its attempt has nothing left to publish, or the attempt has
    /// published, and nothing is removed. A tree that could still be published is never taken apart (I6).
    /// What later attempts have is theirs.
    private func sweep(_ job: JobID, before own: Turn) throws(Failure) {
        let folder = parent(of: path)
        let prefix = prefix(job)
        for name in try names(in: folder) where name.hasPrefix(prefix) {
            if let turn = Turn(name.dropFirst(prefix.count)), turn >= own { continue }
            try removeHidden(folder + "/" + name)
        }
    }

    /// Whether what is published there has a file with exactly these bytes: so an attempt whose
    /// forerunner died between publishing and saying so knows its job's own output.
    public func holds(_ bytes: [UInt8], at relativePath: String) throws(Failure) -> Bool {
        guard let found = try openIfThere(path + "/" + relativePath),
            found.byteCount == Int64(bytes.count)
        else { return false }
        return try found.contents() == bytes
    }

    /// Whether a directory is the output that may be replaced, or the job's own that is played early.
    private func holdsReplaceable(at directory: String) throws(Failure) -> Bool {
        if let early, try EarlyMarker.standing(at: directory)?.job == early { return true }
        guard let replaced, let found = try openIfThere(directory + "/" + replaced.file) else {
            return false
        }
        return Digest.sha256(try found.contents()) == replaced.digest
    }

    /// Makes sure that what is published there stays: the attempt that published it may have died, or its
    /// disk may have failed it, before the entry in the parent directory was durable. Removes what
    /// attempts up to this one left beside it.
    public func settle(job: JobID, epoch: Int64, attempt: Int) throws(Failure) {
        try syncDirectory(parent(of: path))
        try sweep(job, before: Turn(epoch: epoch, attempt: attempt + 1))
    }

    /// Makes a prepared directory the destination.
    func publish(_ hidden: String) throws(Failure) {
        switch reelmill_rename_without_replacing(hidden, path) {
        case 0: break
        case EEXIST, ENOTEMPTY:
            // An empty directory may be replaced, in one step too.
            if try occupation() == .emptyDirectory, rename(hidden, path) == 0 { break }
            guard try holdsReplaceable(at: path) else { throw exists() }
            try exchange(hidden)
        case ENOENT: throw PreparedOutput.takenOver(path)
        case let code: throw storageFailure("publish", path, code)
        }
        try syncDirectory(parent(of: path))
    }

    /// Takes the place of the older output, which then has the hidden name and is removed. Readers see the one or the
    /// other.
    private func exchange(_ hidden: String) throws(Failure) {
        switch reelmill_exchange(hidden, path) {
        case 0: break
        case ENOENT: throw PreparedOutput.takenOver(path)
        case let code: throw storageFailure("publish", path, code)
        }
        guard try holdsReplaceable(at: hidden) else {
            // Something else had just come there: it gets its place back.
            guard reelmill_exchange(hidden, path) == 0 else {
                throw storageFailure("publish", path)
            }
            throw exists()
        }
        try syncDirectory(parent(of: path))
        try removeHidden(hidden)
    }

    private func occupation() throws(Failure) -> Occupation {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return .absent }
            throw storageFailure("examine", path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .occupied }
        return try names(in: path).isEmpty ? .emptyDirectory : .occupied
    }

    private func exists() -> Failure {
        Failure(
            .permanent, .destinationExists,
            "\(path): something is there already, and it is not overwritten. Remove it, or choose "
                + "another output directory.")
    }
}

/// Nil for what is not there, or no file.
func openIfThere(_ file: String) throws(Failure) -> ReadableFile? {
    let opened = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw storageFailure("read", file)
    }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        close(opened)
        return nil
    }
    return ReadableFile(owning: opened, byteCount: Int64(status.st_size))
}

/// An output that may be replaced: known by one of its files, and by that file's digest.
public struct ReplacedOutput: Hashable, Sendable {
    /// Relative to the output.
    public var file: String
    public var digest: Digest

    public init(file: String, digest: Digest) {
        self.file = file
        self.digest = digest
    }
}
