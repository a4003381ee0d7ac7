import Glibc
public import TranscodeModel

/// Output that is complete on disk but not yet seen by readers.
///
/// Files are made in the very directory that was made for the attempt, held by a descriptor, so that an attempt whose
/// directory was set aside cannot make another under the same name.
public struct PreparedOutput: Sendable {
    private let hidden: String
    private let folder: OpenDirectory
    private let destination: Destination

    static func make(
        _ hidden: String, for destination: Destination
    ) throws(Failure) -> PreparedOutput {
        guard mkdir(hidden, 0o755) == 0 else { throw storageFailure("make the directory", hidden) }
        return PreparedOutput(
            hidden: hidden, folder: try OpenDirectory(hidden), destination: destination)
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
        guard folder.isAt(hidden) else { throw PreparedOutput.takenOver(destination.path) }
        for name in try names(in: hidden) {
            var status = stat()
            if lstat(hidden + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                try syncDirectory(hidden + "/" + name)
            }
        }
        try syncDirectory(hidden)
        try destination.publish(hidden)
    }

    /// Removes what was prepared. What has come to its hidden name by an exchange is not that.
    public func discard() throws(Failure) {
        if folder.isAt(hidden) { try removeHidden(hidden) }
    }

    /// The failure of an attempt whose directory a later one has set aside.
    static func takenOver(_ path: String) -> Failure {
        Failure(
            .fenced, .leaseLost,
            "\(path): a later attempt has taken over. Nothing of this one is published.")
    }

    private func withFile(
        _ relativePath: String, _ body: (Int32, String) throws(Failure) -> Void
    ) throws(Failure) {
        let parts = relativePath.split(separator: "/", omittingEmptySubsequences: false)
        precondition(
            (1...2).contains(parts.count) && !parts.contains { $0.isEmpty || $0.hasPrefix(".") },
            "not a relative path of ours: \(relativePath)")
        guard folder.isAt(hidden) else { throw PreparedOutput.takenOver(destination.path) }
        let path = hidden + "/" + relativePath
        if parts.count == 2 { try folder.makeDirectory(String(parts[0])) }
        let descriptor = openat(
            folder.descriptor, relativePath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw storageFailure("make", path) }
        defer { close(descriptor) }
        try body(descriptor, path)
        guard fsync(descriptor) == 0 else { throw storageFailure("sync", path) }
    }
}

/// Sets a hidden directory aside under a name that nobody publishes, then removes it. What is gone already is no failure.
func removeHidden(_ path: String) throws(Failure) {
    let aside = path.hasSuffix(".aside") ? path : path + ".aside"
    if aside != path, rename(path, aside) != 0, errno != ENOENT {
        // An aside of the same name is what a sweep before this one did not finish.
        guard errno == ENOTEMPTY || errno == EEXIST else { throw storageFailure("remove", path) }
        try removeTree(aside)
        guard rename(path, aside) == 0 || errno == ENOENT else {
            throw storageFailure("remove", path)
        }
    }
    try removeTree(aside)
}

/// A directory held open, whatever becomes of its name.
final class OpenDirectory: Sendable {
    let descriptor: Int32

    init(_ path: String) throws(Failure) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw storageFailure("open the directory", path) }
    }

    /// Whether that path still names it.
    func isAt(_ path: String) -> Bool {
        var own = stat()
        var named = stat()
        return fstat(descriptor, &own) == 0 && lstat(path, &named) == 0
            && own.st_ino == named.st_ino && own.st_dev == named.st_dev
    }

    /// Makes a directory in it, its entry durable; one that is there is as good.
    func makeDirectory(_ name: String) throws(Failure) {
        guard mkdirat(descriptor, name, 0o755) == 0 || errno == EEXIST else {
            throw storageFailure("make the directory", name)
        }
        guard fsync(descriptor) == 0 else { throw storageFailure("sync the directory", name) }
    }

    deinit { close(descriptor) }
}
