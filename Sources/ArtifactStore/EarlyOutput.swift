import CFileSystem
import Foundation
import Glibc
public import TranscodeModel

/// What stands in an output that is played before it is finished.
public struct EarlyMarker: Hashable, Sendable, Codable {
    public static let schemaVersion = 1
    static let path = EarlyPlay.markerPath
    public var schema = EarlyMarker.schemaVersion
    /// Whose output it is.
    public var job: JobID
    /// So many chunks can be played, from the first on.
    public var chunks: Int

    public init(job: JobID, chunks: Int) {
        self.job = job
        self.chunks = chunks
    }

    func bytes() throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do { return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")] } catch {
            throw Failure(.permanent, .internalFault, "A marker cannot be written: \(error)")
        }
    }

    /// That of a directory; nil where it is no early output, or one of a build that is unknown here.
    public static func standing(at directory: String) throws(Failure) -> EarlyMarker? {
        guard let file = try openIfThere(directory + "/" + path), file.byteCount < 4096 else {
            return nil
        }
        let bytes = try file.contents()
        do {
            let marker = try JSONDecoder().decode(EarlyMarker.self, from: Data(bytes))
            return marker.schema == schemaVersion && marker.chunks > 0 ? marker : nil
        } catch { return nil }
    }
}

/// Which attempt at which preview of a job: later ones are greater.
public struct EarlyTurn: Comparable, Sendable {
    public var chunk: Int
    public var epoch: Int64
    public var attempt: Int

    public init(chunk: Int, epoch: Int64, attempt: Int) {
        self.chunk = chunk
        self.epoch = epoch
        self.attempt = attempt
    }

    var text: String { "\(chunk)-\(epoch)-\(attempt)" }

    /// Nil for a name that no attempt gives.
    init?(_ text: Substring) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let chunk = Int(parts[0]), let epoch = Int64(parts[1]),
            let attempt = Int(parts[2])
        else { return nil }
        self.init(chunk: chunk, epoch: epoch, attempt: attempt)
    }

    public static func < (left: EarlyTurn, right: EarlyTurn) -> Bool {
        (left.chunk, left.epoch, left.attempt) < (right.chunk, right.epoch, right.attempt)
    }
}

/// The early output of a job, at the place where the finished one will be.
///
/// Nobody locks it, so that an attempt which stands still for an hour keeps nobody waiting. Instead each attempt first
/// makes a hidden directory of its own, then sets aside those of all turns before it, and only then looks at what
/// stands. It writes from that directory by renames; so either a forerunner's rename came before, or it finds nothing to
/// rename. An attempt that makes its directory later than that sees that what it was to do has been done: previews come
/// one after the other, each once the one before it is committed. Tracks grow by the same bytes at the same places,
/// whoever writes them. (`EarlyAttempt`)
public struct EarlyOutput: Sendable {
    /// Absolute.
    public let path: String
    public let job: JobID

    public init(path: String, job: JobID) {
        self.path = path
        self.job = job
    }

    /// What hidden directories of previews are called, up to the turn.
    private var prefix: String { Destination.prefix(path, job) + "early-" }
    private var folder: String { parent(of: path) }

    /// Begins an attempt. From then on those of earlier turns change nothing any more.
    public func begin(_ turn: EarlyTurn) throws(Failure) -> EarlyAttempt {
        try makeDirectory(folder)
        let hidden = folder + "/" + prefix + turn.text
        guard mkdir(hidden, 0o755) == 0 else { throw storageFailure("make the directory", hidden) }
        let directory = try OpenDirectory(hidden)
        try sweep(before: turn)
        return EarlyAttempt(output: self, hidden: hidden, directory: directory)
    }

    /// Takes away what can be played, with all that attempts have left: for a job that will not be finished. What is not
    /// the job's own early output stays.
    public func remove() throws(Failure) {
        try sweep(before: nil)
        guard try EarlyMarker.standing(at: path)?.job == job else { return }
        let aside = "\(folder)/\(prefix)gone-\(UInt64.random(in: 0...UInt64.max)).aside"
        // Readers see all of it or nothing.
        guard rename(path, aside) == 0 else {
            if errno == ENOENT { return }
            throw storageFailure("remove", path)
        }
        guard try EarlyMarker.standing(at: aside)?.job == job else {
            // Something else had just come there: it gets its place back.
            let code = reelmill_rename_without_replacing(aside, path)
            guard code == 0 else { throw storageFailure("put back", path, code) }
            return
        }
        try keepOthers(of: aside)
        try syncDirectory(folder)
    }

    /// Removes what is early output, and puts back what somebody else has put into it.
    private func keepOthers(of aside: String) throws(Failure) {
        let names: [String]
        do { names = try FileManager.default.subpathsOfDirectory(atPath: aside) } catch {
            throw storageFailure("read", aside, EIO)
        }
        // What is deeper first: directories are empty by then, unless something else is in them.
        for name in names.sorted(by: >) {
            let isDirectory = rmdir(aside + "/" + name) == 0 || errno != ENOTDIR
            guard !isDirectory, EarlyOutput.isOwn(name) else { continue }
            guard unlink(aside + "/" + name) == 0 || errno == ENOENT else {
                throw storageFailure("remove", aside + "/" + name)
            }
        }
        if rmdir(aside) == 0 { return }
        let code = reelmill_rename_without_replacing(aside, path)
        guard code == 0 else { throw storageFailure("put back", path, code) }
    }

    /// By its path in the output.
    private static func isOwn(_ name: String) -> Bool {
        name == EarlyMarker.path || name == "master.m3u8" || name.hasPrefix("video/")
            || name.hasPrefix("audio/")
    }

    /// Sets aside and removes the hidden directories of earlier turns; of all with nil.
    private func sweep(before own: EarlyTurn?) throws(Failure) {
        for name in try namesIfThere(in: folder) where name.hasPrefix(prefix) {
            if let own, let turn = EarlyTurn(name.dropFirst(prefix.count)), turn >= own { continue }
            try removeHidden(folder + "/" + name)
        }
    }
}
