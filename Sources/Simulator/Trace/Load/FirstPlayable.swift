import TranscodeModel

/// When an upload can first be played.
enum FirstPlayable {
    /// The position of the unit with whose commit it can: the first preview, or the last unit where nothing is played early.
    static func position(_ plan: Plan) -> Int {
        plan.units.first { $0.work.kind == .preview }?.position ?? plan.units.count
    }
}
