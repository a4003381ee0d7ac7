import TranscodeModel

/// The HLS multivariant playlist (RFC 8216, section 4.3.4, and Apple's HLS authoring specification).
enum MasterPlaylist {
    static func text(_ presentation: Presentation) -> String {
        var lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
        if !presentation.plan.chapters.isEmpty { lines.append(chapterLine) }
        let groups = SoundGroup.all(presentation)
        let names = LanguageTag.names(of: presentation.plan.audio)
        for group in groups { lines += [""] + soundLines(group, names) }
        if !presentation.text.isEmpty { lines += [""] + textLines(presentation) }
        if presentation.video.isEmpty {
            lines.append("")
            for group in groups { lines += soundOnlyLines(group, presentation) }
        } else {
            // Every picture with stereo stands before those with more: players start with the first.
            for group in groups.isEmpty ? [nil] : groups.map(Optional.some) {
                for presented in presentation.video {
                    lines += [
                        "", streamLine(presented, presentation, group), presented.playlistPath,
                    ]
                }
            }
            lines.append("")
            lines += presentation.video.map { keyFrameLine($0) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func soundLines(_ group: SoundGroup, _ names: [String: String]) -> [String] {
        group.members.indices.map { index in
            let (presented, rendition) = group.members[index]
            var attributes = [
                ("TYPE", "AUDIO"), ("GROUP-ID", quoted(group.identifier)),
                ("NAME", quoted(names[rendition.name] ?? rendition.name)),
                ("LANGUAGE", quoted(LanguageTag.tag(rendition.language))),
                ("DEFAULT", rendition.isDefault ? "YES" : "NO"),
                ("AUTOSELECT", group.isSelectable(index) ? "YES" : "NO"),
            ]
            let characteristics = (rendition.roles ?? []).compactMap { characteristic($0) }
            if !characteristics.isEmpty {
                attributes.append(
                    ("CHARACTERISTICS", quoted(characteristics.joined(separator: ","))))
            }
            attributes += [
                ("CHANNELS", quoted(String(rendition.channels))),
                ("URI", quoted(presented.playlistPath)),
            ]
            return line("MEDIA", attributes)
        }
    }

    /// The uniform type identifiers that Apple's players know.
    private static func characteristic(_ role: SoundRole) -> String? {
        switch role {
        case .commentary: "public.auxiliary-content"
        case .description: "public.accessibility.describes-video"
        case .clearSpeech: "public.accessibility.enhances-speech-intelligibility"
        case .dub: nil
        }
    }

    private static let textGroup = "text"

    /// Subtitles, and captions for those who do not hear (Apple's HLS authoring specification, 5.x).
    private static func textLines(_ presentation: Presentation) -> [String] {
        let names = LanguageTag.names(of: presentation.text.map(\.rendition))
        return zip(presentation.text, names).map { presented, name in
            let rendition = presented.rendition
            var attributes = [
                ("TYPE", "SUBTITLES"), ("GROUP-ID", quoted(textGroup)), ("NAME", quoted(name)),
                ("LANGUAGE", quoted(LanguageTag.tag(rendition.language))),
                ("DEFAULT", rendition.isDefault ? "YES" : "NO"), ("AUTOSELECT", "YES"),
                ("FORCED", rendition.isForced ? "YES" : "NO"),
            ]
            if rendition.isHearingImpaired {
                attributes.append(
                    (
                        "CHARACTERISTICS",
                        quoted(
                            "public.accessibility.transcribes-spoken-dialog,"
                                + "public.accessibility.describes-music-and-sound")
                    ))
            }
            attributes.append(("URI", quoted(presented.playlistPath)))
            return line("MEDIA", attributes)
        }
    }

    private static var chapterLine: String {
        line(
            "SESSION-DATA",
            [
                ("DATA-ID", quoted("com.apple.hls.chapters")),
                ("URI", quoted(ChapterFiles.listPath)),
            ])
    }

    /// What the most demanding text adds.
    private static func textPeak(_ presentation: Presentation) -> BitRates? {
        presentation.text.map(\.rates).max { $0.peak < $1.peak }
    }

    /// The largest playable sum of rates counts: with the most demanding sound there is.
    private static func streamLine(
        _ presented: PresentedTrack, _ presentation: Presentation, _ group: SoundGroup?
    ) -> String {
        let own = presented.rates
        let text = textPeak(presentation)
        let codecs = [presented.track.header.codec] + (group?.codecs ?? [])
        var attributes = [
            ("BANDWIDTH", String(own.peak + (group?.peak ?? 0) + (text?.peak ?? 0))),
            (
                "AVERAGE-BANDWIDTH",
                String(own.average + (group?.average ?? 0) + (text?.average ?? 0))
            ),
            ("CODECS", quoted(codecs.joined(separator: ","))),
        ]
        attributes += pictureAttributes(presented.track.header)
        if let rate = presentation.frameRate { attributes.append(("FRAME-RATE", decimal(rate))) }
        attributes.append(("VIDEO-RANGE", range(presented.track.header)))
        if let group { attributes.append(("AUDIO", quoted(group.identifier))) }
        attributes += textAttributes(presentation)
        attributes.append(("CLOSED-CAPTIONS", "NONE"))
        return line("STREAM-INF", attributes)
    }

    private static func keyFrameLine(_ presented: PresentedTrack) -> String {
        let rates = presented.keyFrameRates
        return line(
            "I-FRAME-STREAM-INF",
            [
                ("BANDWIDTH", String(rates.peak)), ("AVERAGE-BANDWIDTH", String(rates.average)),
                ("CODECS", quoted(presented.track.header.codec)),
            ] + pictureAttributes(presented.track.header) + [
                ("VIDEO-RANGE", range(presented.track.header)),
                ("URI", quoted(presented.keyFramePlaylistPath)),
            ])
    }

    private static func soundOnlyLines(
        _ group: SoundGroup, _ presentation: Presentation
    ) -> [String] {
        let text = textPeak(presentation)
        return [
            line(
                "STREAM-INF",
                [
                    ("BANDWIDTH", String(group.peak + (text?.peak ?? 0))),
                    ("AVERAGE-BANDWIDTH", String(group.average + (text?.average ?? 0))),
                    ("CODECS", quoted(group.codecs.joined(separator: ","))),
                    ("AUDIO", quoted(group.identifier)),
                ] + textAttributes(presentation))
        ] + group.members.prefix(1).map(\.presented.playlistPath)
    }

    private static func textAttributes(_ presentation: Presentation) -> [(String, String)] {
        presentation.text.isEmpty ? [] : [("SUBTITLES", quoted(textGroup))]
    }

    static func pictureAttributes(_ header: TrackHeader) -> [(String, String)] {
        guard case .video(let width, let height, _) = header.media else {
            return []
        }
        return [("RESOLUTION", "\(width)x\(height)")]
    }

    /// By the transfer characteristics of ITU-T H.273: 16 is PQ, 18 is HLG.
    static func range(_ header: TrackHeader) -> String {
        guard case .video(_, _, let color?) = header.media else { return "SDR" }
        return color.transfer == 16 ? "PQ" : color.transfer == 18 ? "HLG" : "SDR"
    }

    static func line(_ tag: String, _ attributes: [(String, String)]) -> String {
        "#EXT-X-\(tag):" + attributes.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
    }

    /// Quoted strings hold neither quotes nor line ends (RFC 8216, section 4.2).
    static func quoted(_ text: String) -> String {
        let clean = text.unicodeScalars.map { scalar in
            scalar == "\"" ? "'" : scalar.properties.generalCategory == .control ? " " : scalar
        }
        return "\"" + String(String.UnicodeScalarView(clean)) + "\""
    }

    /// Three decimals, as the RFC asks of FRAME-RATE.
    static func decimal(_ rate: Rational) -> String {
        let thousandths = (rate * Rational(1000)).rounded
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
