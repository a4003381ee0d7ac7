package import Foundation
package import TranscodeModel

/// Staging for a unit whose output nobody keeps: an open file without a name, gone when it is closed.
package final class ScratchFile: Sendable {
    package let descriptor: Int32

    /// - Throws: ``Failure`` of ``FailureCode/storageFailed`` where the folder takes no file.
    package init(in folder: String = FileManager.default.temporaryDirectory.path) throws(Failure) {
        var template = Array("\(folder)/reelmill-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw Failure(
                .transient, .storageFailed,
                "\(folder): no scratch file can be made (\(String(cString: strerror(errno)))). Set "
                    + "TMPDIR to a directory on a local disk.")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// All that was written, from the start.
    package func contents() throws -> Data {
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        try handle.seek(toOffset: 0)
        return try handle.readToEnd() ?? Data()
    }
}
