/// What one run of the bench measured. Raw: medians are taken from these and from nothing else.
struct BenchSample: Encodable {
    var wallSeconds: Double
    /// User and system time of all processes that took part.
    var cpuSeconds: Double
    /// Of published pictures and sound, without manifests and images.
    var trackBytes: Int64
    /// The largest peak of a worker; nil where it was not measured.
    var peakMemoryBytes: Int64?
    /// CPU-seconds by stage of the pipeline, from the workers' own clocks.
    var stageCPUSeconds: [String: Double] = [:]
    /// CPU-seconds by kind of unit.
    var unitCPUSeconds: [String: Double] = [:]
    /// By input: until its first seconds could be played, and until it was ready.
    var playback: [PlaybackTimes] = []

    /// Share of `cores` that was busy, from 0 to 1.
    func utilisation(cores: Int) -> Double {
        wallSeconds > 0 ? cpuSeconds / wallSeconds / Double(cores) : 0
    }
}

extension BenchSample {
    /// Runs that were made one after the other.
    init(sum samples: [BenchSample]) {
        self.init(
            wallSeconds: samples.reduce(0) { $0 + $1.wallSeconds },
            cpuSeconds: samples.reduce(0) { $0 + $1.cpuSeconds },
            trackBytes: samples.reduce(0) { $0 + $1.trackBytes })
    }
}

/// The middle of several samples, and how far they lie apart.
struct Spread: Encodable {
    var median: Double
    var minimum: Double
    var maximum: Double

    /// `values` must not be empty.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median =
            sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
    }
}
