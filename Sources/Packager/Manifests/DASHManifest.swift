import TranscodeModel

/// The MPEG-DASH manifest (ISO/IEC 23009-1, on-demand profile): one indexed file for each rendition.
enum DASHManifest {
    static func text(_ presentation: Presentation) -> String {
        let duration = isoDuration(presentation.plan.duration)
        let longest =
            (presentation.video + presentation.audio).flatMap { presented in
                presented.segments.map { presented.seconds($0.duration) }
            }.max() ?? .one
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            element(
                "MPD",
                [
                    ("xmlns", "urn:mpeg:dash:schema:mpd:2011"),
                    ("profiles", "urn:mpeg:dash:profile:isoff-on-demand:2011"),
                    ("type", "static"), ("mediaPresentationDuration", duration),
                    ("minBufferTime", isoDuration(longest)),
                ]),
            "  " + element("Period", [("id", "0"), ("start", "PT0S"), ("duration", duration)]),
        ]
        var sets = 0
        if !presentation.video.isEmpty {
            sets += 1
            lines += pictureSet(presentation, id: sets).map { "    " + $0 }
        }
        for (presented, rendition) in zip(presentation.audio, presentation.plan.audio) {
            sets += 1
            lines += soundSet(presented, rendition, id: sets).map { "    " + $0 }
        }
        for presented in presentation.text {
            sets += 1
            lines += textSet(presented, id: sets).map { "    " + $0 }
        }
        lines += ["  </Period>", "</MPD>"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func pictureSet(_ presentation: Presentation, id: Int) -> [String] {
        let sizes = presentation.video.map { size($0) }
        let rate = presentation.frameRate.map { fraction($0, separator: "/") } ?? "0"
        var attributes = common(id: id, kind: "video")
        if let first = sizes.first {
            let aspect = Rational(Int64(first.width), Int64(first.height))
            attributes.append(("par", "\(aspect.numerator):\(aspect.denominator)"))
        }
        attributes += [
            ("maxWidth", String(sizes.map(\.width).max() ?? 0)),
            ("maxHeight", String(sizes.map(\.height).max() ?? 0)), ("maxFrameRate", rate),
        ]
        var lines = [element("AdaptationSet", attributes)]
        if let first = presentation.video.first { lines += colorLines(first) }
        lines.append("  " + role("main"))
        for presented in presentation.video {
            let size = size(presented)
            lines += representation(
                presented,
                [
                    ("width", String(size.width)), ("height", String(size.height)), ("sar", "1:1"),
                    ("frameRate", rate),
                ], inside: [])
        }
        return lines + ["</AdaptationSet>"]
    }

    private static func soundSet(
        _ presented: PresentedTrack, _ rendition: AudioRendition, id: Int
    ) -> [String] {
        var attributes = common(id: id, kind: "audio")
        attributes.append(("lang", LanguageTag.tag(rendition.language)))
        var lines = [element("AdaptationSet", attributes)]
        // The schema puts Label, which every representation type has, before Role.
        if let title = rendition.title, !title.isEmpty {
            lines.append("  <Label>\(escaped(title))</Label>")
        }
        lines += accessibility(rendition.roles ?? []).map { "  " + $0 }
        lines += roles(rendition).map { "  " + role($0) }
        let channels = element(
            "AudioChannelConfiguration",
            [
                ("schemeIdUri", "urn:mpeg:mpegB:cicp:ChannelConfiguration"),
                ("value", String(rendition.channels)),
            ], closed: true)
        lines += representation(
            presented, [("audioSamplingRate", String(rendition.sampleRate))], inside: [channels])
        return lines + ["</AdaptationSet>"]
    }

    /// WebVTT beside the media: one file, fetched whole (DASH-IF IOP 5, part 8, sidecar text).
    private static func textSet(_ presented: PresentedText, id: Int) -> [String] {
        let rendition = presented.rendition
        var lines = [
            element(
                "AdaptationSet",
                [
                    ("id", String(id)), ("contentType", "text"), ("mimeType", "text/vtt"),
                    ("lang", LanguageTag.tag(rendition.language)),
                ])
        ]
        if let title = rendition.title, !title.isEmpty {
            lines.append("  <Label>\(escaped(title))</Label>")
        }
        lines.append(
            "  "
                + role(
                    rendition.isForced
                        ? "forced-subtitle" : rendition.isHearingImpaired ? "caption" : "subtitle"))
        if rendition.isDefault { lines.append("  " + role("main")) }
        let bits = Rational(presented.byteCount * 8) / rendition.duration
        lines += [
            "  "
                + element(
                    "Representation",
                    [("id", rendition.name), ("bandwidth", String(max(1, bits.ceiling)))]),
            "    <BaseURL>\(escaped(presented.path))</BaseURL>", "  </Representation>",
            "</AdaptationSet>",
        ]
        return lines
    }

    private static func common(id: Int, kind: String) -> [(String, String)] {
        [
            ("id", String(id)), ("contentType", kind), ("mimeType", "\(kind)/mp4"),
            ("segmentAlignment", "true"), ("subsegmentAlignment", "true"),
            ("subsegmentStartsWithSAP", "1"),
        ]
    }

    private static func representation(
        _ presented: PresentedTrack, _ attributes: [(String, String)], inside: [String]
    ) -> [String] {
        let track = presented.track
        let head: [(String, String)] = [
            ("id", presented.name), ("codecs", track.header.codec),
            ("bandwidth", String(presented.rates.peak)), ("startWithSAP", "1"),
        ]
        let index = [
            ("timescale", String(track.header.timescale)), ("indexRange", range(track.index)),
            ("indexRangeExact", "true"),
        ]
        let initialization = element(
            "Initialization", [("range", range(track.initialization))], closed: true)
        return ["  " + element("Representation", head + attributes)]
            + inside.map { "    " + $0 } + [
                "    <BaseURL>\(escaped(presented.path))</BaseURL>",
                "    " + element("SegmentBase", index),
                "      " + initialization,
                "    </SegmentBase>",
                "  </Representation>",
            ]
    }

    /// The code points of ITU-T H.273, as MPEG-B part 8 names them in manifests; those of high dynamic range are
    /// essential, so that players which cannot show it pass it over (DASH-IF interoperability points, section 10).
    private static func colorLines(_ presented: PresentedTrack) -> [String] {
        guard case .video(_, _, let color?) = presented.track.header.media else { return [] }
        let properties = [
            ("ColourPrimaries", color.primaries), ("TransferCharacteristics", color.transfer),
            ("MatrixCoefficients", color.matrix),
        ]
        return properties.map { name, value in
            "  "
                + element(
                    color.isHighDynamicRange ? "EssentialProperty" : "SupplementalProperty",
                    [("schemeIdUri", "urn:mpeg:mpegB:cicp:\(name)"), ("value", String(value))],
                    closed: true)
        }
    }

    /// Roles of ISO/IEC 23009-1, table 34: what the track is to the work, and what it is for.
    private static func roles(_ rendition: AudioRendition) -> [String] {
        let place = rendition.isDefault ? "main" : "alternate"
        return [place]
            + (rendition.roles ?? []).map { role in
                switch role {
                case .commentary: "commentary"
                case .description: "description"
                case .clearSpeech: "enhanced-audio-intelligibility"
                case .dub: "dub"
                }
            }
    }

    /// The purposes of TV-Anytime's AudioPurposeCS: 1 is for people who see little, 2 for those who hear
    /// little.
    private static func accessibility(_ roles: [SoundRole]) -> [String] {
        roles.compactMap { role in
            let value: String? =
                switch role {
                case .description: "1"
                case .clearSpeech: "2"
                case .commentary, .dub: nil
                }
            return value.map {
                element(
                    "Accessibility",
                    [("schemeIdUri", "urn:tva:metadata:cs:AudioPurposeCS:2007"), ("value", $0)],
                    closed: true)
            }
        }
    }

    private static func role(_ value: String) -> String {
        element(
            "Role", [("schemeIdUri", "urn:mpeg:dash:role:2011"), ("value", value)], closed: true)
    }

    private static func size(_ presented: PresentedTrack) -> (width: Int, height: Int) {
        guard case .video(let width, let height, _) = presented.track.header.media else {
            return (0, 0)
        }
        return (width, height)
    }

    /// First and last byte, as HTTP counts them.
    private static func range(_ extent: Extent) -> String { "\(extent.offset)-\(extent.end - 1)" }

    private static func fraction(_ value: Rational, separator: String) -> String {
        value.denominator == 1
            ? "\(value.numerator)" : "\(value.numerator)\(separator)\(value.denominator)"
    }

    /// ISO 8601, to the millisecond.
    private static func isoDuration(_ seconds: Rational) -> String {
        let milliseconds = Int64(seconds.segments(of: Rational(1, 1000)))
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let digits = String(rest)
        return "PT\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits + "S"
    }

    private static func element(
        _ name: String, _ attributes: [(String, String)], closed: Bool = false
    ) -> String {
        let text = attributes.map { " \($0.0)=\"\(escaped($0.1))\"" }.joined()
        return "<\(name)\(text)\(closed ? "/" : "")>"
    }

    private static func escaped(_ text: String) -> String {
        text.escapedAsMarkup.unicodeScalars.map { scalar in
            if scalar == "\"" { return "&quot;" }
            return scalar.properties.generalCategory == .control ? " " : String(scalar)
        }.joined()
    }
}
