/// One part's way of trying an input.
protocol Trial {
    /// Makes the input of a seed, tries it, and notes what came of it. Traps are noticed by the parent.
    func perform(seed: UInt64, _ tally: inout Tally) async throws
}

/// What a trial works with.
struct TrialScene {
    let folder: String
    let slot: Int
    let worker: String
    let keep: String?

    /// Where the input lies while it is tried.
    var inputPath: String { "\(folder)/input-\(slot)" }
}

enum Trials {
    static func make(_ part: Part, _ scene: TrialScene) async throws -> any Trial {
        switch part {
        case .media: try MediaTrial(scene)
        case .protocol: try ProtocolTrial(scene)
        case .profile: ProfileTrial(scene)
        case .boxes: try await BoxTrial(scene)
        case .index: try await IndexTrial(scene)
        }
    }
}
