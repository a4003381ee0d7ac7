import WorkerProtocol

/// What one worker's progress is of its unit's work. A unit may be done in several turns of as much work each.
struct WorkSpan: Sendable {
    /// What the worker counts up to; above 0.
    var total: Int
    /// From 0.
    var turn = 0
    var turns = 1

    /// 0 to a little below 1, whatever the worker says: it is not believed. Not all is done before it has ended: it counts what
    /// enters the encoder, and that has pictures in hand.
    func part(_ progress: WorkProgress) -> Double {
        let done = min(max(Double(progress.done) / Double(max(total, 1)), 0), 1)
        return min((Double(turn) + done) / Double(max(turns, 1)), WorkSpan.partMost)
    }

    private static let partMost = 0.98
}
