import TranscodeModel

/// Which still images a source gets.
enum ImagePlanning {
    /// The poster is taken a tenth of the way in, at most this far: past most fades and titles.
    private static let posterTimeMaximum = Rational(10)

    /// A whole frame, so that the units of origin and rate are the only ones to meet in one fraction.
    private static func posterFrame(_ grid: FrameGrid) -> Int64 {
        min(Int64(grid.frames / 10), (posterTimeMaximum * grid.rate).floor)
    }

    static func plan(
        _ track: VideoTrack, _ settings: ImageSettings, grid: FrameGrid,
        treatment: PictureTreatment, color: ColorDescription
    ) -> ImagePlan {
        let source = LadderSelection.displaySize(track)
        let poster = LadderSelection.scaled(
            source, toLines: max(2, min(settings.posterLines, source.shortSide)))
        let longSide = min(settings.thumbnailWidth, source.longSide)
        let short = Rational(Int64(source.shortSide * longSide), Int64(source.longSide))
        let shortSide = max(2, Int((short / Rational(2)).rounded) * 2)
        let thumbnail =
            source.width >= source.height
            ? LadderSelection.Size(width: max(2, longSide / 2 * 2), height: shortSide)
            : LadderSelection.Size(width: shortSide, height: max(2, longSide / 2 * 2))
        var treatment = treatment
        treatment.sideMaximum = max(poster.longSide, thumbnail.longSide)
        let interval = Rational(Int64(settings.thumbnailIntervalSeconds))
        let count = max(1, (grid.duration / interval).ceiling)
        return ImagePlan(
            streamIndex: track.streamIndex, sourceTimeBase: track.timeBase,
            sourceClock: track.clock,
            posterTime: grid.origin + Rational(posterFrame(grid)) / grid.rate,
            thumbnailTimes: (0..<count).map { grid.origin + Rational($0) * interval },
            interval: interval, posterWidth: poster.width, posterHeight: poster.height,
            thumbnailWidth: thumbnail.width, thumbnailHeight: thumbnail.height,
            columns: settings.columns, rows: settings.rows, treatment: treatment, color: color)
    }
}
