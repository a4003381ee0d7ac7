/// Runs of one program in one way, and what they come to.
struct BenchSeries: Encodable {
    /// `reelmill`, `ffmpeg`, or `ffmpeg -preset medium`.
    var name: String
    /// Of ours; nil of a rival, which has as many threads as it likes.
    var workers: Int?
    /// Argument lists as they were run, one an input.
    var commands: [[String]]?
    var samples: [BenchSample]
    var wall: Spread
    var cpu: Spread
    var realtimeFactor: Double
    /// Share of all cores that was busy over the whole run, the median.
    var utilisation: Double
    /// The largest of all runs.
    var peakMemoryBytes: Int64?
    /// The median, part by part.
    var split: CPUSplit?

    /// `samples` must not be empty.
    init(
        _ name: String, workers: Int? = nil, commands: [[String]]? = nil, _ samples: [BenchSample],
        videoSeconds: Double, cores: Int
    ) {
        self.name = name
        self.workers = workers
        self.commands = commands
        self.samples = samples
        wall = Spread(samples.map(\.wallSeconds))
        cpu = Spread(samples.map(\.cpuSeconds))
        realtimeFactor = wall.median > 0 ? videoSeconds / wall.median : 0
        utilisation = Spread(samples.map { $0.utilisation(cores: cores) }).median
        peakMemoryBytes = samples.compactMap { $0.memory?.bytes }.max()
        split = CPUSplit.median(samples.compactMap { $0.details?.split })
    }

    var details: [RunDetails] { samples.compactMap(\.details) }
    /// The median of a number of ours; nil where no run has it.
    func median(_ number: (RunDetails) -> Double?) -> Double? {
        let values = details.compactMap(number)
        return values.isEmpty ? nil : Spread(values).median
    }
}

/// A rival beside ours: ratios are ours over theirs, so that less than 1 means that ours takes less.
struct BenchRival: Encodable {
    var series: BenchSeries
    var settings: FFmpegComparison.Settings
    var wallRatio: Double
    var cpuRatio: Double
    var byteRatio: Double
    /// At equal quality, by each metric that was measured; nil where the rival has one setting only.
    var equalQuality: [EqualQualityRatio]?

    init(_ series: BenchSeries, _ settings: FFmpegComparison.Settings, ours: BenchSeries) {
        self.series = series
        self.settings = settings
        wallRatio = ours.wall.median / series.wall.median
        cpuRatio = ours.cpu.median / series.cpu.median
        byteRatio =
            Double(ours.samples[0].trackBytes) / Double(max(series.samples[0].trackBytes, 1))
    }
}

/// Ours over what a rival takes for our quality.
struct EqualQualityRatio: Encodable {
    var rival: EqualQuality
    var cpuRatio: Double
    /// Of the pictures.
    var byteRatio: Double
}

/// One rendition of one input, as ours and the rivals made it.
struct BenchQuality: Encodable {
    struct Entry: Encodable {
        /// As the series is called; of a rival's other settings with the quality.
        var series: String
        var bytes: Int64
        var quality: Quality
    }

    var input: String
    var rendition: String
    var entries: [Entry]
}

/// How much faster more workers are.
struct ScalingPoint: Encodable {
    var series: BenchSeries
    /// The wall time with one worker over this one.
    var speedUp: Double
    /// The same for each worker: 1 is what there can be.
    var efficiency: Double

    /// `series` by their number of workers, the first with one.
    static func points(_ series: [BenchSeries]) -> [ScalingPoint] {
        guard let first = series.first else { return [] }
        return series.map { point in
            let speedUp = first.wall.median / point.wall.median
            return ScalingPoint(
                series: point, speedUp: speedUp, efficiency: speedUp / Double(point.workers ?? 1))
        }
    }
}
