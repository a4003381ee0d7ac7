import TranscodeModel

/// Refuses an index whose numbers exact arithmetic could not carry. The index comes from a process that
/// parsed an upload, so nothing in it is believed (I12).
enum IndexBounds {
    /// As many as a day at 500 frames a second has.
    private static let framesMaximum = 50_000_000
    private static let sideMaximum = 65_536
    private static let packetsMaximum = 1 << 30
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
                track.startTicks <= track.endTicks, (1...1 << 20).contains(track.sampleRate),
                track.coded.map({
                    isWithin($0.startTicks, track.timeBase)
                        && (1...packetsMaximum).contains($0.packets)
                        && (0...Int64($0.packets) << 13).contains($0.byteCount)
                }) ?? true
            else { throw outOfRange("sound", track.streamIndex) }
        }
        try checkHeaders(index)
    }

    /// Text, chapters and cover art: nothing of theirs is parsed by the planner, but times and sizes are used.
    private static func checkHeaders(_ index: SourceIndex) throws(Failure) {
        for track in index.text where !isUsable(track.timeBase) {
            throw outOfRange("text", track.streamIndex)
        }
        guard index.damage.count <= Damage.entriesMaximum, index.damage.allSatisfy(\.isInRange)
        else { throw outOfRange("damage", -1) }
        guard streams(index) <= streamsMaximum, index.warnings.count <= streamsMaximum,
            texts(index).allSatisfy(TextBounds.holds), languages(index).allSatisfy(isLanguage),
            index.chapters.count <= TextBounds.chaptersMaximum,
            index.chapters.allSatisfy(\.isInRange),
            zip(index.chapters, index.chapters.dropFirst()).allSatisfy({ $0.start <= $1.start }),
            index.coverArt.allSatisfy({
                (1...sideMaximum).contains($0.width) && (1...sideMaximum).contains($0.height)
            })
        else { throw outOfRange("chapters or titles", -1) }
    }

    /// As many as the limits of uploads can allow; cover art stands in two lists.
    private static let streamsMaximum = 20_000

    private static func streams(_ index: SourceIndex) -> Int {
        index.video.count + index.audio.count + index.text.count + index.omitted.count
            + index.coverArt.count
    }

    /// All that is shown to people or written into manifests.
    private static func texts(_ index: SourceIndex) -> [String] {
        [index.container] + index.warnings
            + index.video.flatMap {
                [
                    $0.codec, $0.pixelFormat, $0.color.primaries, $0.color.transfer,
                    $0.color.matrix,
                ]
            }
            + index.audio.flatMap { [$0.codec, $0.channelLayout, $0.title ?? ""] }
            + index.text.flatMap { [$0.codec, $0.title ?? ""] }
            + index.omitted.flatMap { [$0.kind, $0.codec, $0.reason] }
            + index.coverArt.map(\.codec)
    }

    private static func languages(_ index: SourceIndex) -> [String] {
        index.audio.map(\.language) + index.text.map(\.language)
    }

    private static func isLanguage(_ text: String) -> Bool {
        text.utf8.count <= TextBounds.languageMaximum && TextBounds.holds(text)
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
            track.density?.isInRange ?? true, track.coded?.isInRange ?? true,
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
    static func isWithin(_ ticks: Int64, _ timeBase: Rational) -> Bool {
        // A rate's numerator is at most 2,002,000: 2000 frames a second, in 1001sts. What rounding needs is left.
        Int128(ticks.magnitude) * Int128(timeBase.numerator) * 2_002_000 < reach
    }

    private static func outOfRange(_ what: String, _ stream: Int) -> Failure {
        Failure(
            .permanent, .brokenTimestamps,
            "Stream \(stream): the sizes or times of the source's \(what) are out of range. Rewrite "
                + "the file.")
    }
}
