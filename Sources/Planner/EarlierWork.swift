public import TranscodeModel

/// What earlier jobs made of the same source, as hints: units are cut so that it need not be made again. No output gets
/// other bytes by it (I16).
public struct EarlierWork: Hashable, Sendable {
    /// An encode unit that is done.
    struct Encode: Hashable, Sendable {
        var content: Digest
        var chunk: Int
        var renditions: [VideoRendition]
    }

    /// Each once, those of the newest job first.
    private(set) var encodes: [Encode] = []
    /// The content of every unit that is done.
    public private(set) var made: Set<Digest> = []

    public init() {}

    /// Adds what is done of an older plan.
    ///
    /// - Parameter done: the positions of its units that are.
    public mutating func add(_ plan: Plan, done: Set<Int>) {
        for unit in plan.units where done.contains(unit.position) && unit.work.kind.isReused {
            guard made.insert(unit.content).inserted else { continue }
            guard case .encode(let chunk, let names) = unit.work, let video = plan.video else {
                continue
            }
            encodes.append(
                Encode(
                    content: unit.content, chunk: chunk,
                    renditions: video.renditions(ofUnit: unit.position, named: names)))
        }
    }
}

extension UnitKind {
    /// Whether what such a unit made once need not be made again: the others have effects beside their artifacts.
    public var isReused: Bool { self != .preview && self != .verify && self != .publish }
}
