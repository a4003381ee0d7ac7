import TranscodeModel

/// In which order the samples of several tracks lie in a progressive file.
///
/// All samples of a track that start within the same half-second stand together, then those of the next
/// track: players read ahead little, and the tables of chunks stay short.
enum SampleOrder {
    private static let spansPerSecond = Rational(2)

    /// The track whose sample comes next, by the decode time of each one's next; nil when none has any.
    static func next(_ times: [Rational?]) -> Int? {
        var best: (track: Int, span: Int64)?
        for (track, time) in times.enumerated() {
            guard let time else { continue }
            let span = (time * spansPerSecond).floor
            if best == nil || span < best!.span { best = (track, span) }
        }
        return best?.track
    }
}
