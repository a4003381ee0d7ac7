/// What is known of the files of a watched folder: which still change, and which have settled and are new. A value that
/// is told what was seen and when, and looks at nothing itself.
///
/// A file has settled when each look at it for the settling time has seen the same, and nobody has it open for writing.
/// One that was renamed into place has settled at once if it is certain that nobody writes it.
struct WatchedFiles {
    /// What tells one state of a file from another.
    struct Sight: Hashable {
        var byteCount: Int64
        var modificationNanoseconds: Int64
        var inode: UInt64
    }

    private struct Settling {
        var sight: Sight
        /// Since when it is seen so.
        var since: Int64
        var wasRenamed: Bool
        /// Not looked at before.
        var lookAt: Int64
    }

    private let settleMilliseconds: Int64
    private var settling: [String: Settling] = [:]
    private var taken: [String: Sight] = [:]

    /// All times are milliseconds of one clock that never goes back.
    init(settleMilliseconds: Int64) { self.settleMilliseconds = settleMilliseconds }

    /// A look at a file. True when it is to be taken: it has settled, and is not what was taken before.
    ///
    /// - Parameters:
    ///   - wasRenamed: It has just come to this name whole.
    ///   - isWritten: Whether somebody has it open for writing; nil when that cannot be told. Asked only when it matters.
    mutating func see(
        _ path: String, _ sight: Sight, wasRenamed: Bool = false, at now: Int64,
        isWritten: @autoclosure () -> Bool?
    ) -> Bool {
        if taken[path] == sight {
            settling[path] = nil
            return false
        }
        guard var known = settling[path], known.sight == sight else {
            settling[path] = Settling(
                sight: sight, since: now, wasRenamed: wasRenamed,
                lookAt: now + settleMilliseconds)
            return wasRenamed && isWritten() == false ? take(path) : false
        }
        known.wasRenamed = known.wasRenamed || wasRenamed
        let isOld = now - known.since >= settleMilliseconds
        if isOld || known.wasRenamed, now >= known.lookAt || wasRenamed {
            switch isWritten() {
            case true:
                // What is open may change at any moment, however long it did not.
                known.since = now
                known.lookAt = now + settleMilliseconds
            case false: return take(path)
            case nil where isOld: return take(path)
            case nil: break
            }
        }
        settling[path] = known
        return false
    }

    private mutating func take(_ path: String) -> Bool {
        taken[path] = settling.removeValue(forKey: path)?.sight
        return true
    }

    /// Whether a file is still what it was when it was taken: some time may pass before its turn comes.
    func isStill(_ path: String, _ sight: Sight?) -> Bool {
        sight != nil && taken[path] == sight
    }

    /// It is not there any more. The same file, should it come back, is new.
    mutating func forget(_ path: String) {
        settling[path] = nil
        taken[path] = nil
    }

    /// Forgets all but these.
    mutating func keep(only paths: Set<String>) {
        settling = settling.filter { paths.contains($0.key) }
        taken = taken.filter { paths.contains($0.key) }
    }

    /// Files that should be looked at by now, the longest unchanged first.
    func due(at now: Int64) -> [String] {
        settling.filter { $0.value.lookAt <= now }
            .sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }.map(\.key)
    }

    /// Whether nothing is on its way.
    var isQuiet: Bool { settling.isEmpty }
}
