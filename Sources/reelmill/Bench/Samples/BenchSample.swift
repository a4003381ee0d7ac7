/// What one run of the bench measured. Raw: medians are taken from these and from nothing else.
struct BenchSample: Encodable {
    var wallSeconds: Double
    /// User and system time of all processes that took part.
    var cpuSeconds: Double
    /// Of published pictures and sound, without manifests and images.
    var trackBytes: Int64
    /// Of all processes at one time; nil where it could not be read.
    var memory: MemoryPeak?
    /// Nil for a rival, of which only the whole is known.
    var details: RunDetails?

    /// Share of `cores` that was busy over the whole run, from 0 to 1.
    func utilisation(cores: Int) -> Double {
        wallSeconds > 0 ? cpuSeconds / wallSeconds / Double(cores) : 0
    }
}

extension BenchSample {
    /// Runs that were made one after the other; nil of none.
    init?(sum samples: [BenchSample]) {
        guard !samples.isEmpty else { return nil }
        self.init(
            wallSeconds: samples.reduce(0) { $0 + $1.wallSeconds },
            cpuSeconds: samples.reduce(0) { $0 + $1.cpuSeconds },
            trackBytes: samples.reduce(0) { $0 + $1.trackBytes },
            memory: samples.compactMap(\.memory).max { $0.bytes < $1.bytes })
    }
}

/// What is known of a run of ours, from its ledger and its clocks.
struct RunDetails: Encodable {
    var split: CPUSplit
    var span: WorkSpan
    /// Seconds in which a stitch, a package or a publish unit was leased.
    var finishingSeconds: Double
    /// From the first job's enqueueing to the last one's publication.
    var readySeconds: Double
    /// From a job's enqueueing until a player could begin, of the job that waited longest; nil where nothing is published
    /// before a job is ready.
    var firstPlayableSeconds: Double?
    /// Frames that are due before they have arrived, of renditions whose encoder keeps to a buffer; nil where there is none.
    var bufferViolations: Int?
    /// The largest peak of one worker.
    var workerPeakBytes: Int64
    var attempts: Int
    /// Those that ended without an artifact.
    var lostAttempts: Int
    /// CPU-seconds by kind of unit.
    var unitCPUSeconds: [String: Double]
}

/// From the first lease to the last commit.
struct WorkSpan: Encodable, Equatable {
    var wallSeconds: Double
    /// Of all processes, without what was done before the first lease.
    var cpuSeconds: Double
    /// Cores that could be used: as many as there are, or as workers if those are fewer.
    var cores: Int

    /// From 0 to 1; with fewer workers than cores the node's own work may bring it above 1.
    var utilisation: Double {
        wallSeconds > 0 && cores > 0 ? cpuSeconds / wallSeconds / Double(cores) : 0
    }

    /// Core-seconds in which nothing was done.
    var idleSeconds: Double { max(0, wallSeconds * Double(cores) - cpuSeconds) }

    private enum CodingKeys: String, CodingKey {
        case wallSeconds, cpuSeconds, cores, utilisation, idleSeconds
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(wallSeconds, forKey: .wallSeconds)
        try container.encode(cpuSeconds, forKey: .cpuSeconds)
        try container.encode(cores, forKey: .cores)
        try container.encode(utilisation, forKey: .utilisation)
        try container.encode(idleSeconds, forKey: .idleSeconds)
    }
}
