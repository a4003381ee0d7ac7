import TranscodeModel

/// Which renditions a source gets: never larger than itself, always its own size class (media rule 8).
enum LadderSelection {
    struct Size: Hashable {
        var width: Int
        var height: Int
        var shortSide: Int { min(width, height) }
        var longSide: Int { max(width, height) }
        var pixels: Int { width * height }
    }

    /// As it is seen: with square samples and upright.
    static func displaySize(_ track: VideoTrack) -> Size {
        let width = Int((Rational(Int64(track.width)) * track.sampleAspect).rounded)
        let seen = Size(width: max(width, 1), height: track.height)
        return track.orientation.swapsSides ? Size(width: seen.height, height: seen.width) : seen
    }

    static func renditions(
        _ track: VideoTrack, _ settings: VideoSettings, packaging: Packaging
    ) throws(Failure) -> [VideoRendition] {
        let source = displaySize(track)
        let least = sideMinimum(settings.codec)
        guard source.shortSide >= least, source.longSide <= 16_384 else {
            throw Failure(
                .permanent, .unsupportedSource,
                "The pictures are \(source.width)×\(source.height) as seen; sides of \(least) to 16384 "
                    + "can be transcoded to \(settings.codec.rawValue). Scale the source first"
                    + (least > 2 ? ", or use a profile with h264." : "."))
        }
        var rungs = settings.ladder.filter { $0.lines <= source.shortSide }
        if let own = ownRung(source, kept: rungs, settings.ladder) { rungs.insert(own, at: 0) }
        if packaging == .progressive { rungs = Array(rungs.prefix(1)) }
        return rungs.map { rung in
            let size = scaled(source, toLines: rung.lines)
            return VideoRendition(
                name: "v\(rung.lines)", width: size.width, height: size.height,
                codec: settings.codec, preset: settings.preset, quality: settings.quality,
                averageKilobitsPerSecond: rung.averageKilobitsPerSecond,
                parameters: settings.parameters)
        }
    }

    /// The least that the encoders accept; libx264 takes what has a sample of colour.
    private static func sideMinimum(_ codec: VideoCodec) -> Int {
        switch codec {
        case .h264: 2
        case .hevc: 16
        case .av1: 64
        }
    }

    /// A rung of the source's own size, where no kept one is within 5 % of it and the ladder goes on
    /// above; its rate lies between those of its neighbours, by pixels.
    private static func ownRung(_ source: Size, kept: [Rung], _ ladder: [Rung]) -> Rung? {
        let above = ladder.last { $0.lines > source.shortSide }
        guard let above else { return nil }
        let lines = source.shortSide / 2 * 2
        guard let below = kept.first else {
            let share = Double(lines * lines) / Double(above.lines * above.lines)
            let rate = Double(above.averageKilobitsPerSecond) * share
            return Rung(lines: lines, averageKilobitsPerSecond: max(Int(rate), 50))
        }
        guard Double(below.lines) < 0.95 * Double(source.shortSide) else { return nil }
        func squared(_ value: Int) -> Double { Double(value * value) }
        let share =
            (squared(lines) - squared(below.lines)) / (squared(above.lines) - squared(below.lines))
        let span = Double(above.averageKilobitsPerSecond - below.averageKilobitsPerSecond)
        return Rung(
            lines: lines,
            averageKilobitsPerSecond: below.averageKilobitsPerSecond + Int(span * share))
    }

    /// Even sides, the aspect kept, and neither side larger than the source's.
    static func scaled(_ source: Size, toLines lines: Int) -> Size {
        let short = lines / 2 * 2
        let ratio = Rational(Int64(source.longSide), Int64(source.shortSide))
        let exact = ratio * Rational(Int64(short))
        let long = min(Int((exact / Rational(2)).rounded) * 2, source.longSide / 2 * 2)
        return source.width >= source.height
            ? Size(width: max(long, short), height: short)
            : Size(width: short, height: max(long, short))
    }
}
