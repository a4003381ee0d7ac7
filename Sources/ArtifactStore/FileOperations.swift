import CFileSystem
import Glibc
import TranscodeModel

/// Makes a directory and those above it, each entry durable in its parent. Whoever made one that is there already may
/// have been killed before its entry was durable, so that is seen to again.
func makeDirectory(_ path: String) throws(Failure) {
    if mkdir(path, 0o755) == 0 {
        try syncDirectory(parent(of: path))
        return
    }
    switch errno {
    case EEXIST: try syncDirectory(parent(of: path))
    case ENOENT:
        try makeDirectory(parent(of: path))
        try makeDirectory(path)
    default: throw storageFailure("make the directory", path)
    }
}

/// Makes the entries of a directory durable.
func syncDirectory(_ path: String, _ calls: StorageCalls = .system) throws(Failure) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw storageFailure("open the directory", path) }
    defer { close(descriptor) }
    guard calls.sync(descriptor, path) == 0 else {
        throw storageFailure("sync the directory", path)
    }
}

func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The names in a directory, sorted.
func names(in path: String) throws(Failure) -> [String] {
    guard let directory = opendir(path) else { throw storageFailure("list the directory", path) }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { found.append(name) }
    }
    return found.sorted()
}

/// The same; none where there is no such directory any more.
func namesIfThere(in path: String) throws(Failure) -> [String] {
    guard access(path, F_OK) == 0 || errno != ENOENT else { return [] }
    do throws(Failure) { return try names(in: path) } catch {
        if access(path, F_OK) != 0, errno == ENOENT { return [] }
        throw error
    }
}

private let removalRoundsMaximum = 100

/// Removes a file or a whole directory; what is gone already is no failure.
func removeTree(_ path: String) throws(Failure) {
    if unlink(path) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM else { throw storageFailure("remove", path) }
    // Somebody else may be removing the same, or an attempt that was taken for dead may still add to it.
    for _ in 0..<removalRoundsMaximum {
        for name in try namesIfThere(in: path) { try removeTree(path + "/" + name) }
        if rmdir(path) == 0 || errno == ENOENT { return }
        guard errno == ENOTEMPTY || errno == EEXIST else { break }
    }
    throw storageFailure("remove", path)
}

/// Appends a range of one descriptor to another, by the system's own copy where it can.
func copyRange(
    from input: Int32, offset: Int64, length: Int64, to output: Int32, path: String
) throws(Failure) {
    var position = off_t(offset)
    var left = Int(length)
    while left > 0 {
        let count = reelmill_copy_range(input, &position, output, left)
        if count < 0 && errno == EINTR { continue }
        if count < 0, [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) {
            try copyThroughMemory(from: input, position, left, to: output, path: path)
            return
        }
        guard count > 0 else {
            throw storageFailure("copy to", path, count == 0 ? ENODATA : errno)
        }
        left -= count
    }
}

private func copyThroughMemory(
    from input: Int32, _ start: off_t, _ length: Int, to output: Int32, path: String
) throws(Failure) {
    var position = start
    var left = length
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while left > 0 {
        let count = pread(input, &buffer, min(left, buffer.count), position)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
            throw storageFailure("copy to", path, count == 0 ? ENODATA : errno)
        }
        try writeAll(buffer[..<count], to: output, path: path)
        position += off_t(count)
        left -= count
    }
}

/// Writes all of the bytes at the descriptor's own position.
func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, path: String) throws(Failure) {
    var rest = bytes
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw storageFailure("write", path) }
        rest = rest.dropFirst(count)
    }
}
