import TranscodeModel

/// Refuses an index whose numbers exact arithmetic could not carry. The index comes from a process that
/// parsed an upload, so nothing in it is believed (I12).
enum IndexBounds {
    /// As many as a day at 500 frames a second has.
    private static let framesMaximum = 50_000_000
    private static let sideMaximum = 65_536
    /// Products of times and rates stay below this.
    private static let reach: Int128 = 1 << 62

    /// Thirty days: nothing that is planned may be longer.
    private static let secondsMaximum = 30 * 86_400.0

    static func check(_ index: SourceIndex) throws(Failure) {
        try checkTracks(index)
        var times: [Double] = []
        for track in index.video {
            guard let first = track.frameTimes.first, let last = track.frameTimes.last else {
                continue
            }
            let unit = track.timeBase.approximation
            times += [
                Double(first) * unit, (Double(last) + Double(track.lastFrameDuration)) * unit,
            ]
        }
        for track in index.audio {
            let unit = track.timeBase.approximation
            times += [Double(track.startTicks) * unit, Double(track.endTicks) * unit]
        }
        guard let first = times.min(), let last = times.max(), last - first > secondsMaximum else {
            return
        }
        throw Failure(
            .permanent, .overLimit,
            "The source's streams lie \(Int(last - first)) s apart, more than Reelmill can plan. Cut or "
                + "rewrite the file.")
    }

    private static func checkTracks(_ index: SourceIndex) throws(Failure) {
        for track in index.video { try check(track) }
        for track in index.audio {
            guard isUsable(track.timeBase),
                isWithin(track.startTicks, track.timeBase),
                isWithin(track.endTicks, track.timeBase),
                track.startTicks <= track.endTicks, (1...1 << 20).contains(track.sampleRate)
            else { throw outOfRange("sound", track.streamIndex) }
        }
        try checkHeaders(index)
    }

    /// Text, chapters and cover art: nothing of theirs is parsed by the planner, but times and sizes are used.
    private static func checkHeaders(_ index: SourceIndex) throws(Failure) {
        for track in index.text where !isUsable(track.timeBase) {
            throw outOfRange("text", track.streamIndex)
        }
        guard index.text.count <= tracksMaximum,
            index.text.allSatisfy({ ($0.title ?? "").unicodeScalars.count <= titleMaximum }),
            index.chapters.count <= TextBounds.chaptersMaximum,
            index.chapters.allSatisfy({ chapter in
                [chapter.start, chapter.end].allSatisfy { isWholeMilliseconds($0) }
                    && chapter.title.unicodeScalars.count <= titleMaximum
            }),
            zip(index.chapters, index.chapters.dropFirst()).allSatisfy({ $0.start <= $1.start }),
            index.coverArt.allSatisfy({
                (1...sideMaximum).contains($0.width) && (1...sideMaximum).contains($0.height)
            })
        else { throw outOfRange("chapters or titles", -1) }
    }

    private static let tracksMaximum = 1000
    /// In scalars, of which a character may have several.
    private static let titleMaximum = 2 * TextBounds.titleMaximum

    /// Within about ten years of 0.
    private static func isWholeMilliseconds(_ seconds: Rational) -> Bool {
        1000 % seconds.denominator == 0 && seconds.numerator.magnitude < 1 << 48
    }

    private static func check(_ track: VideoTrack) throws(Failure) {
        let times = track.frameTimes
        let aspect = track.sampleAspect
        guard (1...sideMaximum).contains(track.width), (1...sideMaximum).contains(track.height),
            (1...Int64(sideMaximum)).contains(aspect.numerator),
            (1...Int64(sideMaximum)).contains(aspect.denominator),
            (1...Int64(sideMaximum)).contains(track.codedAspect.numerator),
            (1...Int64(sideMaximum)).contains(track.codedAspect.denominator),
            track.light?.isInRange ?? true, isUsable(track.timeBase),
            times.count <= framesMaximum, track.randomAccessPoints.count <= times.count,
            [times.first ?? 0, times.last ?? 0, track.lastFrameDuration].allSatisfy({
                isWithin($0, track.timeBase)
            }),
            track.randomAccessPoints.allSatisfy({
                $0.pts >= times.first ?? 0 && $0.pts <= times.last ?? 0
            }),
            track.averageFrameRate.map({
                $0.isPositive && $0.numerator < 1 << 31 && $0.denominator < 1 << 31
            }) ?? true,
            [0, 90, 180, 270].contains(track.orientation.clockwiseDegrees)
        else { throw outOfRange("pictures", track.streamIndex) }
    }

    private static func isUsable(_ timeBase: Rational) -> Bool {
        timeBase.isPositive && timeBase.numerator < 1 << 20 && timeBase.denominator < 1 << 31
    }

    /// Whether a time can meet any rate that a grid or a sound track may have.
    private static func isWithin(_ ticks: Int64, _ timeBase: Rational) -> Bool {
        // A rate's numerator is at most 1,001,000, and halves of frames are needed.
        Int128(ticks.magnitude) * Int128(timeBase.numerator) * 2_002_000 < reach
    }

    private static func outOfRange(_ what: String, _ stream: Int) -> Failure {
        Failure(
            .permanent, .brokenTimestamps,
            "Stream \(stream): the sizes or times of the source's \(what) are out of range. Rewrite "
                + "the file.")
    }
}
