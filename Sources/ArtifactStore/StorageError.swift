import Glibc
import TranscodeModel

/// An `errno` of the storage as a failure that names the path, the reason and what to do.
func storageFailure(_ doing: String, _ path: String, _ code: Int32 = errno) -> Failure {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOSPC, EDQUOT, EFBIG:
        let free = availableBytes(at: path).map { ", \($0) bytes free" } ?? ""
        return Failure(
            .transient, .storageFull,
            "\(path): cannot \(doing): \(reason)\(free). Free some space; the work goes on by itself."
        )
    case EACCES, EPERM, EROFS:
        return Failure(
            .permanent, .destinationUnwritable,
            "\(path): cannot \(doing): \(reason). Give this user the right to write there.")
    default:
        return Failure(
            .transient, .storageFailed, "\(path): cannot \(doing): \(reason). Check the disk.")
    }
}

/// Bytes that this user may still write to the file system of `path`; nil when it does not say.
public func availableBytes(at path: String) -> Int64? { storageSpace(at: path)?.freeBytes }

/// Of the file system of `path`, as this user may use it; nil when it does not say.
func storageSpace(at path: String) -> StorageSpace? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let block = Int64(status.f_frsize)
    return StorageSpace(
        freeBytes: Int64(status.f_bavail) * block, totalBytes: Int64(status.f_blocks) * block)
}
