import TranscodeModel
import WorkerProtocol

/// Where a track of sound could break: at the chunks' boundaries, and at its own segments'.
struct SoundBoundaries {
    /// In samples of the presentation, ascending.
    let seams: [Int]
    /// Halfway from each seam to the next.
    let middles: [Int]

    init(_ rendition: AudioRendition, video: VideoPlan?) {
        var found: Set<Int> = []
        if let video {
            for chunk in video.chunks.dropFirst() {
                let seconds = Rational(
                    video.grid.ticks(of: chunk.frames.lowerBound), Int64(video.grid.timescale))
                found.insert(Int(seconds.rounded(inParts: Int64(rendition.sampleRate))))
            }
        }
        var segment = 1
        while true {
            // A receipt's numbers may be any: this stops at what can be counted.
            let sample = rendition.segments.start(of: segment)
                .rounded(inParts: Int64(rendition.sampleRate))
            guard sample < Int64(rendition.samples) else { break }
            found.insert(Int(sample))
            segment += 1
        }
        // A boundary so near the end has nothing after it to compare.
        let last = rendition.samples - rendition.sampleRate / 2
        let seams = found.filter { $0 > 0 && $0 < last }.sorted()
        self.seams = seams
        middles = zip([0] + seams, seams + [last]).compactMap { start, end in
            // Room enough, so that neither window reaches the other.
            end - start >= rendition.sampleRate ? (start + end) / 2 : nil
        }
    }

    /// Where lags are measured, ascending.
    var windows: [Int] { (seams + middles).sorted() }
}
