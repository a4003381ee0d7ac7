import CFileSystem
import Glibc
import Packager
import TranscodeModel

/// What is in a folder, to its depths: the folders and the uploads.
struct FolderScan {
    private(set) var uploads: [String] = []
    /// What could not be listed, with the reason.
    private(set) var failures: [String] = []
    /// Uploads that cannot be used because of their names.
    private(set) var unusable: [String] = []

    /// `onFolder` is called with each folder before it is listed, so that nothing that happens meanwhile is missed.
    static func run(
        _ root: String, _ names: WatchedNames, onFolder: (String) -> Void
    ) -> FolderScan {
        var scan = FolderScan()
        var waiting = [root]
        while let folder = waiting.popLast() {
            onFolder(folder)
            scan.list(folder, names, &waiting, isRoot: folder == root)
        }
        scan.uploads.sort()
        return scan
    }

    private mutating func list(
        _ folder: String, _ names: WatchedNames, _ waiting: inout [String], isRoot: Bool
    ) {
        guard let directory = opendir(folder) else {
            // Below the root, a folder may have gone meanwhile.
            if isRoot || errno != ENOENT {
                failures.append("\(folder): \(String(cString: strerror(errno)))")
            }
            return
        }
        defer { closedir(directory) }
        // What is published is no upload, wherever it is.
        var status = stat()
        for mark in [OutputLayout.receiptPath, EarlyPlay.markerPath]
        where lstat(folder + "/" + mark, &status) == 0 { return }
        while let entry = readdir(directory) {
            let (name, isText) = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    (String(cString: $0), String(validatingCString: $0) != nil)
                }
            }
            if name == "." || name == ".." { continue }
            let path = folder + "/" + name
            guard isText else {
                if names.isUpload(path) { unusable.append(path) }
                continue
            }
            if isFolder(path, entry.pointee.d_type) {
                // A linked folder is not followed: it may lead back here.
                if names.isFolder(path) { waiting.append(path) }
            } else if names.isUpload(path) {
                uploads.append(path)
            }
        }
    }

    private func isFolder(_ path: String, _ type: UInt8) -> Bool {
        if Int(type) != Int(DT_UNKNOWN) { return Int(type) == Int(DT_DIR) }
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

extension WatchedFiles.Sight {
    /// Of a regular file, or what a link leads to; nil when there is none.
    static func of(_ path: String) -> WatchedFiles.Sight? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return WatchedFiles.Sight(
            byteCount: Int64(status.st_size),
            modificationNanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000
                + Int64(status.st_mtim.tv_nsec), inode: UInt64(status.st_ino))
    }
}

/// Whether somebody has a file open for writing; nil when the kernel does not tell this user, or not on this file system.
func isOpenForWriting(_ path: String) -> Bool? {
    switch reelmill_is_open_for_writing(path) {
    case 0: false
    case 1: true
    default: nil
    }
}
