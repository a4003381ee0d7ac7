import Glibc

/// Which file a path names, so that a program that was replaced is noticed.
struct ProgramIdentity: Hashable {
    private let device: dev_t
    private let inode: ino_t
    private let byteCount: Int64
    private let changedSeconds: Int
    private let changedNanoseconds: Int
    private let path: String

    /// Nil when there is none that can be looked at.
    init?(of path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        self.path = path
        device = found.st_dev
        inode = found.st_ino
        byteCount = Int64(found.st_size)
        changedSeconds = found.st_ctim.tv_sec
        changedNanoseconds = found.st_ctim.tv_nsec
    }

    /// Whether it is a program of machine code, and no script.
    var isCompiled: Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var start = [UInt8](repeating: 0, count: 4)
        return read(file, &start, 4) == 4 && start == [0x7F] + Array("ELF".utf8)
    }
}
