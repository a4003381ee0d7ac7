import Glibc
public import TranscodeModel

/// An open file. It owns its descriptor and closes it at the end of its life.
public final class FileByteSource: ByteSource {
    public let name: String
    public let byteCount: Int64
    /// For the system's own copying; still owned by this object.
    public let descriptor: Int32

    /// Takes over an open descriptor of a regular file. On failure the descriptor is closed.
    public init(owning descriptor: Int32, name: String) throws(Failure) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(
                .permanent, .outputInvalid,
                "\(name) is not a regular file. Remove it and try again.")
        }
        self.descriptor = descriptor
        self.name = name
        self.byteCount = Int64(status.st_size)
    }

    /// Opens a file for reading; links are not followed.
    public convenience init(path: String, name: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw Failure(
                .transient, .artifactMissing,
                "\(name) cannot be opened (\(reason)). Check that the file is there and readable.")
        }
        try self.init(owning: descriptor, name: name)
    }

    deinit { close(descriptor) }

    public func read(at offset: Int64, length: Int) throws(Failure) -> [UInt8] {
        try checkRange(at: offset, length: length)
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
            while filled < length {
                let count = pread(
                    descriptor, buffer.baseAddress! + filled, length - filled,
                    off_t(offset) + off_t(filled))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    code = count < 0 ? errno : ENODATA
                    return
                }
                filled += count
            }
        }
        guard bytes.count == length else {
            throw Failure(
                .transient, .storageFailed,
                "\(name) cannot be read (\(String(cString: strerror(code)))). Check the disk.")
        }
        return bytes
    }
}
