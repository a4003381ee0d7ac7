public import TranscodeModel

/// What can be said of how a plan's work is cut and grouped, for people.
public struct PlanShape: Hashable, Sendable, Codable {
    public var chunks: Int
    /// Of one encode unit for each chunk, unless some are parted by rungs.
    public var encodeUnits: Int
    /// Chunks that start where the source has a key frame, to half a frame.
    public var chunksAtKeyFrames: Int
    /// Seconds of the source that are decoded again, before chunks start, in all.
    public var preRollSeconds: Double
    /// Predicted CPU-seconds of all units.
    public var cpuSeconds: Double
    public var workers: Int
    /// Predicted seconds until the last unit that waits for no other is done, and what no order could go below.
    public var makespanSeconds: Double
    public var evenShareSeconds: Double

    /// - Parameter workers: at least 1.
    public init(_ plan: Plan, workers: Int) {
        self.workers = max(workers, 1)
        let free = plan.units.filter(\.dependencies.isEmpty).map(\.estimate.cpuSeconds)
        makespanSeconds = Makespan(free, workers: self.workers).seconds
        evenShareSeconds = Makespan.ideal(free, workers: self.workers)
        cpuSeconds = plan.units.reduce(0) { $0 + $1.estimate.cpuSeconds }
        encodeUnits = plan.units.count { $0.work.kind == .encode }
        chunks = plan.video?.chunks.count ?? 0
        let preRolls = plan.video.map(PlanShape.preRolls) ?? []
        preRollSeconds = preRolls.reduce(0, +)
        let frame = plan.video.map { 1 / $0.grid.averageRate.approximation } ?? 0
        chunksAtKeyFrames = preRolls.count { $0 < frame / 2 }
    }

    /// Seconds from where decoding starts to each chunk's first frame.
    private static func preRolls(_ video: VideoPlan) -> [Double] {
        let base = video.sourceTimeBase.approximation
        return video.chunks.map { chunk in
            let ticks = video.grid.ticks(of: chunk.frames.lowerBound)
            let start =
                video.grid.origin.approximation + Double(ticks) / Double(video.grid.timescale)
            let entry = Double(chunk.entryPoints.first?.pts ?? 0) * base
            return chunk.frames.lowerBound == 0 ? 0 : max(0, start - entry)
        }
    }
}
