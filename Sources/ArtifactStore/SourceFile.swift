import Glibc
public import TranscodeModel

/// An upload, opened read-only (I7).
public final class SourceFile: Sendable {
    public let descriptor: Int32
    public let path: String
    public let byteCount: Int64
    /// Milliseconds since 1970.
    public let modificationMilliseconds: Int64

    private init(_ descriptor: Int32, _ path: String, _ status: stat) {
        self.descriptor = descriptor
        self.path = path
        byteCount = Int64(status.st_size)
        modificationMilliseconds =
            Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

    deinit { close(descriptor) }

    /// Fails with `sourceMissing`, `sourceEmpty` or `sourceUnreadable`.
    public static func open(_ path: String) throws(Failure) -> SourceFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            if errno == ENOENT || errno == ENOTDIR {
                throw Failure(
                    .permanent, .sourceMissing, "\(path): there is no such file. Check the path.")
            }
            throw Failure(
                .permanent, .sourceUnreadable,
                "\(path): the file cannot be opened (\(reason)). Give this user the right to read it."
            )
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            close(descriptor)
            throw Failure(
                .permanent, .sourceUnreadable,
                isDirectory
                    ? "\(path): this is a directory, not a video. Name a file, or use "
                        + "`reelmill backfill` for a whole directory."
                    : "\(path): this is not a regular file. Name a file.")
        }
        guard status.st_size > 0 else {
            close(descriptor)
            throw Failure(
                .permanent, .sourceEmpty, "\(path): the file is empty. Upload it again.")
        }
        return SourceFile(descriptor, path, status)
    }

    public func hash() throws(Failure) -> Digest { try hashOfFile(descriptor, path: path).0 }

    /// The same for as long as `goesOn`, which is asked again and again; nil when it was stopped.
    public func hash(goesOn: () -> Bool) throws(Failure) -> Digest? {
        try hashOfFile(descriptor, path: path, goesOn: goesOn)?.0
    }

    /// Fails with `sourceChanged` unless the file is still the one that was enqueued.
    public func requireUnchanged(
        byteCount: Int64, modificationMilliseconds: Int64
    ) throws(Failure) {
        guard byteCount == self.byteCount,
            modificationMilliseconds == self.modificationMilliseconds
        else {
            throw Failure(
                .permanent, .sourceChanged,
                "\(path): the file has changed since it was enqueued. Enqueue it again.")
        }
    }
}
