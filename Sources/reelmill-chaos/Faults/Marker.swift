/// A line that a node writes to its log (`REELMILL_LOG=debug`) just before or after it does something. This
/// list is the only place that knows their words.
struct Marker: Hashable {
    /// What must be arranged so that a node comes there at all.
    enum Need: Hashable {
        case nothing
        /// An attempt that fails.
        case failure
        /// The leases of a node that died.
        case deadNode
        /// Time: it comes when its moment comes, or not.
        case time
    }

    /// As people name it: `encode-begin`, `complete-performing`.
    var name: String
    /// Words that all stand in the line.
    var words: [String]
    var need = Need.nothing

    static let all: [Marker] = stages + effects
    /// A node that comes here holds a lease.
    static let encodeBegin = Marker(name: "encode-begin", words: ["stage=encode", "phase=begin"])
    /// What a node says that learns that a lease is not its own any more.
    static let lostLeaseText = "lost a lease"

    private static let stages: [Marker] = [
        "probe", "plan", "encode", "audio", "images", "text", "stitch", "preview", "package",
        "verify",
        "publish", "commit",
    ].flatMap { stage in
        ["begin", "end"].map {
            Marker(name: "\(stage)-\($0)", words: ["stage=\(stage)", "phase=\($0)"])
        }
    }

    private static let effects: [Marker] = [
        ("lease", Need.nothing), ("complete", .nothing), ("renew", .time), ("fail", .failure),
        ("release", .deadNode),
    ].flatMap { effect, need in
        ["performing", "performed"].map {
            Marker(name: "\(effect)-\($0)", words: [$0, "effect=\(effect)"], need: need)
        }
    }

    /// How many lines of a log have it.
    func count(in log: String) -> Int {
        log.split(separator: "\n").count { line in
            let found = Set(line.split(separator: " ").map(String.init))
            return words.allSatisfy { found.contains($0) }
        }
    }
}
