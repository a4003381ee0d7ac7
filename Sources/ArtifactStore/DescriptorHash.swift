import ContentDigest
import Glibc
public import TranscodeModel

/// The SHA-256 of all that a descriptor's file holds, a mebibyte at a time.
public func hashOfFile(_ descriptor: Int32, path: String) throws(Failure) -> (Digest, Int64) {
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var position: off_t = 0
    while true {
        let count = pread(descriptor, &buffer, buffer.count, position)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw storageFailure("read", path) }
        if count == 0 { return (hasher.finish(), Int64(position)) }
        buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        position += off_t(count)
    }
}
