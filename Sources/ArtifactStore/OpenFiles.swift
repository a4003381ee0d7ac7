import Glibc
public import TranscodeModel

/// A file that an attempt writes. Its descriptor is closed at the end of its life.
public final class StagedFile: Sendable {
    /// Read-write, at the start.
    public let descriptor: Int32
    public let tenant: TenantID
    let path: String

    init(owning descriptor: Int32, tenant: TenantID, path: String) {
        self.descriptor = descriptor
        self.tenant = tenant
        self.path = path
    }

    deinit { close(descriptor) }

    /// Appends bytes at the end of what this call and `append(from:)` wrote.
    public func append(_ bytes: [UInt8]) throws(Failure) {
        try writeAll(bytes[...], to: descriptor, path: path)
    }

    /// Appends a range of another file.
    public func append(from other: Int32, offset: Int64, length: Int64) throws(Failure) {
        try copyRange(from: other, offset: offset, length: length, to: descriptor, path: path)
    }
}

/// A file open for reading. Its descriptor is closed at the end of its life.
public final class ReadableFile: Sendable {
    public let descriptor: Int32
    public let byteCount: Int64

    init(owning descriptor: Int32, byteCount: Int64) {
        self.descriptor = descriptor
        self.byteCount = byteCount
    }

    deinit { close(descriptor) }

    /// A second descriptor of the same file, which the caller owns.
    public func duplicate() throws(Failure) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else {
            throw Failure(
                .transient, .storageFailed,
                "No more files can be opened (\(String(cString: strerror(errno)))). Lower --workers."
            )
        }
        return copy
    }

    /// All of the bytes; only for what is known to be small.
    public func contents() throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(byteCount))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + filled, $0.count - filled, off_t(filled))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw storageFailure("read", "an artifact") }
            filled += count
        }
        return bytes
    }
}
