import CFileSystem
import Glibc
public import TranscodeModel

/// The directory that a job publishes: it appears whole, by one rename, or not at all (I6).
public struct Destination: Sendable {
    /// Absolute.
    public let path: String

    public init(path: String) { self.path = path }

    private enum Occupation { case absent, emptyDirectory, occupied }

    /// Refuses a destination that could not be published: something is there, or nothing can be
    /// written beside it. Makes nothing.
    public func check() throws(Failure) {
        guard try occupation() != .occupied else { throw exists() }
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

    /// A hidden directory beside the destination, to be filled and published. Removes what earlier
    /// attempts of the same job left.
    public func prepare(job: JobID, epoch: Int64) throws(Failure) -> PreparedOutput {
        let folder = parent(of: path)
        try makeDirectory(folder)
        let name = path.split(separator: "/").last.map(String.init) ?? "output"
        let prefix = ".\(name).reelmill-\(job)-"
        for old in try names(in: folder) where old.hasPrefix(prefix) {
            try removeTree(folder + "/" + old)
        }
        let hidden = folder + "/" + prefix + String(epoch)
        try makeDirectory(hidden)
        return PreparedOutput(hidden: hidden, destination: self)
    }

    /// Whether what is published there has a file with exactly these bytes: so an attempt whose
    /// forerunner died between publishing and saying so knows its job's own output.
    public func holds(_ bytes: [UInt8], at relativePath: String) throws(Failure) -> Bool {
        let file = path + "/" + relativePath
        let opened = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return false }
            throw storageFailure("read", file)
        }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return false
        }
        let found = ReadableFile(owning: opened, byteCount: Int64(status.st_size))
        guard found.byteCount == Int64(bytes.count) else { return false }
        return try found.contents() == bytes
    }

    /// Makes sure that what is published there stays: the attempt that published it may have died, or its
    /// disk may have failed it, before the entry in the parent directory was durable.
    public func settle() throws(Failure) { try syncDirectory(parent(of: path)) }

    /// Makes a prepared directory the destination.
    func publish(_ hidden: String) throws(Failure) {
        switch reelmill_rename_without_replacing(hidden, path) {
        case 0: break
        case EEXIST, ENOTEMPTY:
            // An empty directory may be replaced, in one step too.
            guard try occupation() == .emptyDirectory, rename(hidden, path) == 0 else {
                throw exists()
            }
        case let code: throw storageFailure("publish", path, code)
        }
        try settle()
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

/// Output that is complete on disk but not yet seen by readers.
public struct PreparedOutput: Sendable {
    private let hidden: String
    private let destination: Destination

    init(hidden: String, destination: Destination) {
        self.hidden = hidden
        self.destination = destination
    }

    /// Copies a range of an open file to a relative path, and makes it durable.
    public func copy(
        from descriptor: Int32, offset: Int64, length: Int64, to relativePath: String
    ) throws(Failure) {
        try withFile(relativePath) { output, path throws(Failure) in
            try copyRange(
                from: descriptor, offset: offset, length: length, to: output, path: path)
        }
    }

    public func write(_ bytes: [UInt8], to relativePath: String) throws(Failure) {
        try withFile(relativePath) { output, path throws(Failure) in
            try writeAll(bytes[...], to: output, path: path)
        }
    }

    /// Makes the directory durable, then visible under its name.
    public func publish() throws(Failure) {
        for name in try names(in: hidden) {
            var status = stat()
            if lstat(hidden + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                try syncDirectory(hidden + "/" + name)
            }
        }
        try syncDirectory(hidden)
        try destination.publish(hidden)
    }

    /// Removes what was prepared.
    public func discard() throws(Failure) { try removeTree(hidden) }

    private func withFile(
        _ relativePath: String, _ body: (Int32, String) throws(Failure) -> Void
    ) throws(Failure) {
        let parts = relativePath.split(separator: "/", omittingEmptySubsequences: false)
        precondition(
            (1...2).contains(parts.count) && !parts.contains { $0.isEmpty || $0.hasPrefix(".") },
            "not a relative path of ours: \(relativePath)")
        let path = hidden + "/" + relativePath
        if parts.count == 2 { try makeDirectory(parent(of: path)) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw storageFailure("make", path) }
        defer { close(descriptor) }
        try body(descriptor, path)
        guard fsync(descriptor) == 0 else { throw storageFailure("sync", path) }
    }
}
