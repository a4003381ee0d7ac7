public import TranscodeModel

/// What a completed unit tells of its kinds of work.
public enum CostLessons {
    /// Stages that workers measure by themselves, in the thread that does all work but that of encoders with threads of
    /// their own.
    private static let stages = ["decode", "scale", "encode"]
    /// An encoder without.
    private static let singleThreaded = "encode/\(VideoCodec.h264.rawValue)/"

    /// - Parameters:
    ///   - costs: what the plan reckoned with for the unit.
    ///   - usage: of all that was done for it, once.
    public static func samples(_ costs: [WorkCost], _ usage: Usage) -> [CostSample] {
        // A worker is not believed: its stages take no longer than the process, whose time the host saw.
        let told = usage.stageCPUSeconds.values.reduce(0, +)
        guard told.isFinite, told <= usage.cpuSeconds * 1.05 + 0.05 else { return [] }
        let hasThreads = costs.contains {
            stage($0.work) == "encode" && !$0.work.hasPrefix(singleThreaded)
        }
        let measured = hasThreads ? withThreads(costs, usage) : usage.stageCPUSeconds
        // Kinds of one stage, as encoders of two sorts in one unit, share what it took.
        let predicted = Dictionary(costs.map { (stage($0.work), $0.seconds) }, uniquingKeysWith: +)
        return costs.compactMap { cost in
            let stage = stage(cost.work)
            let seconds: Double? =
                if stages.contains(stage) {
                    measured[stage]
                } else if stage == "start" {
                    hasThreads
                        ? nil : usage.cpuSeconds - stages.reduce(0) { $0 + (measured[$1] ?? 0) }
                } else { usage.cpuSeconds }
            guard let seconds, let all = predicted[stage], all > 0 else { return nil }
            let sample = CostSample(
                work: cost.work, predictedSeconds: cost.seconds,
                measuredSeconds: seconds * cost.seconds / all)
            return sample.isInRange ? sample : nil
        }
    }

    /// What nothing else took is the encoders'; their beginning cannot be told from it.
    private static func withThreads(_ costs: [WorkCost], _ usage: Usage) -> [String: Double] {
        var measured = usage.stageCPUSeconds
        guard measured["encode"] != nil else { return measured }
        let start = costs.first { $0.work == "start" }?.seconds ?? 0
        measured["encode"] =
            usage.cpuSeconds - (measured["decode"] ?? 0) - (measured["scale"] ?? 0) - start
        return measured
    }

    private static func stage(_ work: String) -> String {
        String(work.prefix { $0 != "/" })
    }
}
