import ContentDigest
import Glibc
public import TranscodeModel

/// The SHA-256 of all that a descriptor's file holds, a mebibyte at a time.
public func hashOfFile(_ descriptor: Int32, path: String) throws(Failure) -> (Digest, Int64) {
    guard let hash = try hashOfFile(descriptor, path: path, goesOn: { true }) else {
        preconditionFailure("nobody stops a hash that always goes on")
    }
    return hash
}

/// The same for as long as `goesOn`, which is asked before each mebibyte; nil when it was stopped.
func hashOfFile(
    _ descriptor: Int32, path: String, goesOn: () -> Bool
) throws(Failure) -> (Digest, Int64)? {
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var position: off_t = 0
    while goesOn() {
        let count = pread(descriptor, &buffer, buffer.count, position)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw storageFailure("read", path) }
        if count == 0 { return (hasher.finish(), Int64(position)) }
        buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        position += off_t(count)
    }
    return nil
}
