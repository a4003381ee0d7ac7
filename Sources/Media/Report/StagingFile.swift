import Glibc
import TranscodeModel

/// Appends bytes to the staging descriptor, which the caller owns.
struct StagingFile: ~Copyable {
    private let descriptor: Int32
    /// Of the next byte.
    private(set) var offset: Int64

    /// Goes on after what is there already: a unit that was split has several workers, one after the other.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        offset = max(0, Int64(lseek(descriptor, 0, SEEK_END)))
    }

    /// Writes all of `bytes` and says where they lie.
    mutating func append(_ bytes: [UInt8]) throws(Failure) -> Extent {
        let start = offset
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, Int(offset))
            }
            let reason = errno
            if count < 0 && reason == EINTR { continue }
            guard count > 0 else { throw StagingFile.failure(reason) }
            done += count
            offset += Int64(count)
        }
        return Extent(offset: start, length: Int64(bytes.count))
    }

    /// The failure for what the system says of a write.
    static func failure(_ reason: Int32) -> Failure {
        let full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG
        return Failure(
            .transient, full ? .storageFull : .storageFailed,
            "The staging file cannot be written: \(String(cString: strerror(reason))). "
                + "Free space on the node's storage, then retry.")
    }
}
