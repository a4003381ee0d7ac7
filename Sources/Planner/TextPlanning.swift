import TranscodeModel

/// Which subtitles and chapters an output gets, on its timeline.
enum TextPlanning {
    /// The presentation that text and chapters belong to.
    struct Frame {
        /// The source time, in seconds, that becomes 0.
        var origin: Rational
        /// In seconds.
        var duration: Rational
        var segments: SegmentSpans
    }

    /// Of the pictures where they are delivered, else of the sound; nil where neither is.
    static func frame(_ video: VideoPlan?, _ audio: [AudioRendition]) -> Frame? {
        if let video {
            return Frame(
                origin: video.grid.origin, duration: video.grid.duration,
                segments: video.timing.segmentSpans)
        }
        guard let first = audio.first else { return nil }
        return Frame(
            origin: first.origin, duration: audio.map(\.duration).max() ?? first.duration,
            segments: first.segments)
    }

    /// Those that the source marks as default come first.
    static func renditions(
        _ tracks: [TextTrack], _ settings: TextSettings, _ frame: Frame,
        _ warnings: inout [String]
    ) -> [TextRendition] {
        let ordered = tracks.filter(\.isDefault) + tracks.filter { !$0.isDefault }
        for left in ordered.dropFirst(settings.tracksMaximum) {
            warnings.append(
                "Text stream \(left.streamIndex) is left out: the profile takes "
                    + "\(settings.tracksMaximum) tracks.")
        }
        return ordered.prefix(settings.tracksMaximum).enumerated().map { index, track in
            TextRendition(
                name: "t\(index + 1)", streamIndex: track.streamIndex, language: track.language,
                title: track.title, isDefault: track.isDefault && index == 0,
                isForced: track.isForced, isHearingImpaired: track.isHearingImpaired,
                sourceTimeBase: track.timeBase, origin: frame.origin, duration: frame.duration,
                segmentDuration: frame.segments.duration, segmentLead: frame.segments.lead)
        }
    }

    /// Clipped to the presentation, each until the next at most; of several that start at once the first stays.
    static func chapters(_ chapters: [Chapter], _ frame: Frame) -> [Chapter] {
        let length = (frame.duration * Rational(1000)).floor
        let origin = (frame.origin * Rational(1000)).rounded
        var placed: [(start: Int64, end: Int64, title: String)] = []
        for chapter in chapters {
            let start = (chapter.start * Rational(1000)).rounded - origin
            var end = (chapter.end * Rational(1000)).rounded - origin
            // Some writers leave the end away.
            if end <= start { end = Int64.max }
            guard start < length, end > 0, placed.last.map({ $0.start < max(start, 0) }) ?? true
            else { continue }
            if let last = placed.indices.last {
                placed[last].end = min(placed[last].end, max(start, 0))
            }
            placed.append((max(start, 0), min(end, length), chapter.title))
        }
        return placed.enumerated().map { number, chapter in
            Chapter(
                start: Rational(chapter.start, 1000), end: Rational(chapter.end, 1000),
                title: chapter.title.isEmpty ? "Chapter \(number + 1)" : chapter.title)
        }
    }

    /// The poster of an upload that is sound only.
    static func cover(_ art: CoverArt, _ settings: ImageSettings) -> ImagePlan {
        let source = LadderSelection.Size(width: art.width, height: art.height)
        let poster = LadderSelection.scaled(
            source, toLines: max(2, min(settings.posterLines, source.shortSide)))
        return ImagePlan(
            streamIndex: art.streamIndex, posterTime: .zero, thumbnailTimes: [],
            interval: Rational(Int64(settings.thumbnailIntervalSeconds)),
            posterWidth: poster.width, posterHeight: poster.height, thumbnailWidth: 2,
            thumbnailHeight: 2, columns: settings.columns, rows: settings.rows,
            treatment: PictureTreatment(
                deinterlaces: false, toneMaps: false, orientation: .upright),
            color: ColorDescription(
                primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false))
    }
}
