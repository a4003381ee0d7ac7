import CLibAV
import TranscodeModel
import WorkerProtocol

/// What a source has beside its pictures and sound that is kept: text, chapters and cover art. All of it stands in
/// the container's headers.
enum TextSurvey {
    /// Whether a stream of subtitles is text that this build decodes.
    ///
    /// Broadcast captions come inside pictures or as bitmaps, which libavcodec reads with libraries of its own; what
    /// they hold is not a text that the source carries.
    static func isText(_ parameters: AVCodecParameters) -> Bool {
        let others = [
            AV_CODEC_ID_EIA_608, AV_CODEC_ID_DVB_TELETEXT, AV_CODEC_ID_ARIB_CAPTION,
            AV_CODEC_ID_HDMV_TEXT_SUBTITLE,
        ]
        guard parameters.codec_type == AVMEDIA_TYPE_SUBTITLE,
            !others.contains(parameters.codec_id),
            let descriptor = avcodec_descriptor_get(parameters.codec_id),
            descriptor.pointee.props & AV_CODEC_PROP_TEXT_SUB != 0
        else { return false }
        return avcodec_find_decoder(parameters.codec_id) != nil
    }

    static func reasonToOmit(_ parameters: AVCodecParameters) -> String {
        guard let descriptor = avcodec_descriptor_get(parameters.codec_id) else {
            return "no decoder in this build"
        }
        return descriptor.pointee.props & AV_CODEC_PROP_BITMAP_SUB != 0
            ? "subtitles that are pictures" : "subtitles in a form that is not carried over"
    }

    /// Adds what the headers say to the index.
    static func complete(
        _ index: inout SourceIndex, _ demuxer: borrowing Demuxer, limits: WorkerLimits
    ) {
        for number in 0..<demuxer.streamCount {
            let stream = demuxer.stream(number).pointee
            let parameters = stream.codecpar.pointee
            if isText(parameters) { index.text.append(track(stream)) }
            if parameters.codec_type == AVMEDIA_TYPE_VIDEO,
                stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0,
                let art = coverArt(stream, limits)
            {
                index.coverArt.append(art)
            }
        }
        index.chapters = chapters(demuxer, &index.warnings)
    }

    private static func track(_ stream: AVStream) -> TextTrack {
        let base = stream.time_base
        return TextTrack(
            streamIndex: Int(stream.index),
            codec: String(cString: avcodec_get_name(stream.codecpar.pointee.codec_id)),
            language: TextBounds.language(tag(stream.metadata, "language")),
            title: tag(stream.metadata, "title").map(TextBounds.title),
            isDefault: stream.disposition & AV_DISPOSITION_DEFAULT != 0,
            isForced: stream.disposition & AV_DISPOSITION_FORCED != 0,
            isHearingImpaired: stream.disposition & AV_DISPOSITION_HEARING_IMPAIRED != 0
                || stream.disposition & AV_DISPOSITION_CAPTIONS != 0,
            timeBase: Rational(exactly: Int64(base.num), Int64(base.den)) ?? Rational(1, 1000))
    }

    private static func coverArt(_ stream: AVStream, _ limits: WorkerLimits) -> CoverArt? {
        let parameters = stream.codecpar.pointee
        let (width, height) = (Int(parameters.width), Int(parameters.height))
        guard width > 0, height > 0, max(width, height) <= limits.sideMaximum,
            width * height <= limits.pixelsMaximum,
            avcodec_find_decoder(parameters.codec_id) != nil
        else { return nil }
        return CoverArt(
            streamIndex: Int(stream.index),
            codec: String(cString: avcodec_get_name(parameters.codec_id)), width: width,
            height: height)
    }

    /// In the order of their starts; those without a usable time are left out, and those beyond a bound.
    private static func chapters(
        _ demuxer: borrowing Demuxer, _ warnings: inout [String]
    ) -> [Chapter] {
        var found: [(start: Int64, chapter: Chapter)] = []
        let count = Int(demuxer.context.pointee.nb_chapters)
        for number in 0..<min(count, TextBounds.chaptersMaximum) {
            guard let chapter = demuxer.context.pointee.chapters[number]?.pointee,
                let start = milliseconds(chapter.start, chapter.time_base)
            else { continue }
            let end = milliseconds(chapter.end, chapter.time_base) ?? start
            found.append(
                (
                    start,
                    Chapter(
                        start: Rational(start, 1000), end: Rational(max(start, end), 1000),
                        title: tag(chapter.metadata, "title").map(TextBounds.title) ?? "")
                ))
        }
        if found.count < count {
            warnings.append(
                "\(count - found.count) of its \(count) chapters are left out: more than "
                    + "\(TextBounds.chaptersMaximum), or without a time.")
        }
        // By place where starts are equal, so that the order is the same in every run.
        return found.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }.map(\.element.chapter)
    }

    /// Nil for what is no time, or further from 0 than a year.
    private static func milliseconds(_ ticks: Int64, _ base: AVRational) -> Int64? {
        guard ticks != reelmill_no_pts, base.num > 0, base.den > 0 else { return nil }
        let value = Int128(ticks) * Int128(base.num) * 1000 / Int128(base.den)
        return value.magnitude < 31_622_400_000 ? Int64(value) : nil
    }

    private static func tag(_ metadata: OpaquePointer?, _ key: String) -> String? {
        av_dict_get(metadata, key, nil, 0).map { String(cString: $0.pointee.value) }
    }
}
