public import TranscodeModel

/// A finished track file: where everything in it is, and when.
public struct Track: Hashable, Sendable, Codable {
    public var header: TrackHeader
    /// `ftyp` and `moov`.
    public var initialization: Extent
    /// The `sidx`.
    public var index: Extent
    /// What the index lists, in order.
    public var references: [IndexReference]
    public var fragments: [TrackFragment]
    public var byteCount: Int64

    /// The sum of the fragments' durations, in ticks: all that is decoded.
    public var decodedDuration: Int64 { fragments.reduce(0) { $0 + $1.duration } }
    public var sampleCount: Int { fragments.reduce(0) { $0 + $1.sampleCount } }

    /// When a fragment is first shown or heard, in ticks, once the edit list has had its say.
    func presentationStart(of fragment: TrackFragment) -> Int64 {
        max(0, fragment.compositionStart - header.shift)
    }

    /// The end of the presentation in ticks.
    var presentationEnd: Int64 {
        fragments.map { $0.compositionStart - header.shift + $0.duration }.max() ?? 0
    }
}

public struct TrackFragment: Hashable, Sendable, Codable {
    /// The `moof` and its `mdat`.
    public var extent: Extent
    public var sequence: UInt32
    /// On the track's timescale, as everything below.
    public var decodeTime: Int64
    public var duration: Int64
    public var sampleCount: Int
    /// Where the first sample ends in the file.
    public var keyFrameEnd: Int64
    public var startsWithKeyFrame: Bool
    /// Of the first sample.
    public var sampleDuration: Int64
    /// The earliest composition time.
    public var compositionStart: Int64
    /// Whether the samples, in the order of presentation, follow each other without gap or overlap
    /// from `compositionStart` on.
    public var isCompositionContiguous: Bool
    /// When its samples are decoded, and when shown, each in that order.
    var decodeTimes = TickRuns()
    var shownTimes = TickRuns()
    /// In decoding order.
    public var samples: [CodedSample] = []
}

extension TrackFragment {
    init(_ fragment: MovieFragment) {
        let samples = fragment.samples
        self.samples = samples.map { CodedSample(bytes: $0.size, ticks: $0.duration) }
        var time = fragment.decodeTime
        var shown: [(start: Int64, duration: Int64)] = []
        for sample in samples {
            decodeTimes.append(time)
            shown.append((time + sample.compositionOffset, sample.duration))
            time += sample.duration
        }
        shown.sort { $0.start < $1.start }
        shownTimes = TickRuns(shown.lazy.map(\.start))
        extent = fragment.extent
        sequence = fragment.sequence
        decodeTime = fragment.decodeTime
        duration = time - fragment.decodeTime
        sampleCount = samples.count
        keyFrameEnd = fragment.dataOffset + samples[0].size
        startsWithKeyFrame = samples[0].isSync
        sampleDuration = samples[0].duration
        compositionStart = shown[0].start
        isCompositionContiguous = zip(shown, shown.dropFirst()).allSatisfy {
            $0.start + $0.duration == $1.start
        }
    }
}
