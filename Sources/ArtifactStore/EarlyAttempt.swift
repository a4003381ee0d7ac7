import CFileSystem
import Glibc
public import TranscodeModel

/// Bytes that belong at a place of a track file, from an open file.
public struct EarlyRange: Sendable {
    public var descriptor: Int32
    /// In that file.
    public var offset: Int64
    public var length: Int64
    /// In the track.
    public var position: Int64

    public init(descriptor: Int32, offset: Int64, length: Int64, position: Int64) {
        self.descriptor = descriptor
        self.offset = offset
        self.length = length
        self.position = position
    }
}

/// One attempt to bring a job's early output further.
///
/// The order is that of a reader's needs: bytes of tracks, durable; then the playlists that name them, each by one
/// rename; then the marker. What a crash leaves in between is more bytes in a track than any playlist names.
public struct EarlyAttempt: Sendable {
    private let output: EarlyOutput
    private let hidden: String
    private let directory: OpenDirectory

    init(output: EarlyOutput, hidden: String, directory: OpenDirectory) {
        self.output = output
        self.hidden = hidden
        self.directory = directory
    }

    /// What stands at the output's place.
    public enum Standing: Hashable, Sendable {
        case nothing
        /// So many chunks of this job's can be played.
        case chunks(Int)
        /// The job's output is finished, or something else is there.
        case other
    }

    /// To be asked once the attempt has begun, and not before.
    public func standing() throws(Failure) -> Standing {
        var status = stat()
        guard lstat(output.path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return .nothing }
            throw storageFailure("examine", output.path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .other }
        if let marker = try EarlyMarker.standing(at: output.path) {
            return marker.job == output.job ? .chunks(marker.chunks) : .other
        }
        return try namesIfThere(in: output.path).isEmpty ? .nothing : .other
    }

    /// Makes a file in the attempt's own directory, for `place` or `appear`, durable.
    public func write(_ bytes: [UInt8], to relativePath: String) throws(Failure) {
        try withOwn(relativePath) { file, path throws(Failure) in
            try writeAll(bytes[...], to: file, path: path)
        }
    }

    /// Makes a track in the attempt's own directory: what it begins with, and ranges, each at its place.
    public func write(
        _ beginning: [UInt8], _ ranges: [EarlyRange], to relativePath: String
    ) throws(Failure) {
        try withOwn(relativePath) { file, path throws(Failure) in
            try writeAll(beginning[...], to: file, path: path)
            try Self.write(ranges, to: file, path)
        }
    }

    public func mark(chunks: Int) throws(Failure) {
        try write(
            try EarlyMarker(job: output.job, chunks: chunks).bytes(), to: EarlyMarker.path)
    }

    /// The attempt's own directory, with its marker, becomes the output in one step. False when something is there.
    public func appear() throws(Failure) -> Bool {
        guard directory.isAt(hidden) else { throw takenOver }
        for name in try names(in: hidden) {
            var status = stat()
            if lstat(hidden + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                try syncDirectory(hidden + "/" + name)
            }
        }
        try syncDirectory(hidden)
        switch reelmill_rename_without_replacing(hidden, output.path) {
        case 0: break
        case EEXIST, ENOTEMPTY:
            // An empty directory is as good as none.
            guard rename(hidden, output.path) == 0 else {
                if errno == ENOENT { throw takenOver }
                return false
            }
        case ENOENT: throw takenOver
        case let code: throw storageFailure("make playable", output.path, code)
        }
        try syncDirectory(parent(of: output.path))
        return true
    }

    /// Adds to the tracks that stand, then puts the files of the attempt's own directory in their places, and its marker
    /// last.
    public func extend(
        _ tracks: [(path: String, ranges: [EarlyRange])], placing files: [String]
    ) throws(Failure) {
        let standing = try OpenDirectory(output.path)
        guard try EarlyMarker.standing(at: output.path)?.job == output.job,
            standing.isAt(output.path)
        else { throw takenOver }
        for (relativePath, ranges) in tracks {
            let path = output.path + "/" + relativePath
            let file = openat(
                standing.descriptor, relativePath, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
            guard file >= 0 else { throw try changed(relativePath) }
            defer { close(file) }
            var status = stat()
            guard fstat(file, &status) == 0 else { throw storageFailure("examine", path) }
            guard let first = ranges.first else { continue }
            guard Int64(status.st_size) >= first.position else { throw try changed(relativePath) }
            try Self.write(ranges, to: file, path)
            guard fsync(file) == 0 else { throw storageFailure("sync", path) }
        }
        for relativePath in files { try place(relativePath, in: standing) }
        try sync(standing, Set(files.compactMap { Self.folder(of: $0) }))
        try place(EarlyMarker.path, in: standing)
        try sync(standing, [])
    }

    /// By the path of the hidden directory: once that is set aside, this attempt has lost its turn.
    private func place(_ relativePath: String, in standing: OpenDirectory) throws(Failure) {
        let own = hidden + "/" + relativePath
        guard renameat(AT_FDCWD, own, standing.descriptor, relativePath) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw takenOver }
            throw storageFailure("put in place", output.path + "/" + relativePath)
        }
    }

    /// Removes the attempt's own directory, wherever it has not become the output.
    public func discard() throws(Failure) {
        if directory.isAt(hidden) { try removeHidden(hidden) }
    }

    private func sync(_ standing: OpenDirectory, _ folders: Set<String>) throws(Failure) {
        for folder in folders.sorted() {
            let path = output.path + "/" + folder
            let descriptor = openat(
                standing.descriptor, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw try changed(folder) }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw storageFailure("sync the directory", path) }
        }
        guard fsync(standing.descriptor) == 0 else {
            throw storageFailure("sync the directory", output.path)
        }
    }

    private static func folder(of relativePath: String) -> String? {
        relativePath.contains("/")
            ? String(relativePath.prefix { $0 != "/" }) : nil
    }

    private static func write(
        _ ranges: [EarlyRange], to file: Int32, _ path: String
    ) throws(Failure) {
        for range in ranges {
            guard lseek(file, off_t(range.position), SEEK_SET) == off_t(range.position) else {
                throw storageFailure("write", path)
            }
            try copyRange(
                from: range.descriptor, offset: range.offset, length: range.length, to: file,
                path: path)
        }
    }

    private func withOwn(
        _ relativePath: String, _ body: (Int32, String) throws(Failure) -> Void
    ) throws(Failure) {
        guard directory.isAt(hidden) else { throw takenOver }
        let path = hidden + "/" + relativePath
        if let folder = Self.folder(of: relativePath) { try directory.makeDirectory(folder) }
        let file = openat(
            directory.descriptor, relativePath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw storageFailure("make", path) }
        defer { close(file) }
        try body(file, path)
        guard fsync(file) == 0 else { throw storageFailure("sync", path) }
    }

    /// Something of what stands is not there, or shorter than it was: unless the whole was taken away just now, somebody
    /// else has been at it.
    private func changed(_ relativePath: String) throws(Failure) -> Failure {
        guard try EarlyMarker.standing(at: output.path)?.job == output.job else { return takenOver }
        return Failure(
            .permanent, .destinationExists,
            "\(output.path): \(relativePath) is not what was put there to be played early. Leave the "
                + "directory alone until the job is ready, and retry the job.")
    }

    private var takenOver: Failure {
        Failure(
            .fenced, .leaseLost,
            "\(output.path): a later attempt has taken over, or the job has ended. Nothing of this one is "
                + "played.")
    }
}
