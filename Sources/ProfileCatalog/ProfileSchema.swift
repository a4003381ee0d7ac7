import TranscodeModel

/// Every key of a profile: the reader takes names and ranges from here, and so does the reference in the documentation.
package enum ProfileSchema {
    /// What a value looks like.
    package enum Form: Sendable {
        /// A text of 1 to 200 characters.
        case text(example: String?)
        case number(ClosedRange<Int>)
        /// Whole numbers, and no others.
        case numbers([Int])
        /// Whole seconds, such as `6s`.
        case seconds(ClosedRange<Int>)
        case choice([String])
        /// With at most one decimal; `none` where that is allowed.
        case decibels(ClosedRange<Int64>, unit: String, orNone: Bool)
        /// Frames a second, whole or a fraction.
        case rate(ClosedRange<Int64>)
        case ladder
        /// Columns × rows.
        case grid(ClosedRange<Int>)
        /// `true` or `false`.
        case flag
        /// Keys and values of an encoder, or `none`.
        case parameters
        /// `none`, or a block of keys.
        case part
    }

    package struct Key: Sendable {
        /// From the top, such as `video.quality`.
        package var path: String
        package var form: Form
        /// What holds where neither the profile nor what it extends says it; nil where nothing does.
        package var standard: String?
        package var meaning: String

        init(_ path: String, _ form: Form, _ standard: String?, _ meaning: String) {
            self.path = path
            self.form = form
            self.standard = standard
            self.meaning = meaning
        }

        /// The part that it stands in; empty at the top.
        var parent: String { path.split(separator: ".").dropLast().joined(separator: ".") }
        var name: String { String(path.split(separator: ".").last ?? "") }
    }

    package static let keys: [Key] = top + video + audio + images + text + publish

    /// The names that may stand in a part, in order.
    static func names(in part: String) -> [String] {
        keys.filter { $0.parent == part }.map(\.name)
    }

    /// A key that the reader knows.
    static func key(_ path: String) -> Key {
        guard let key = keys.first(where: { $0.path == path }) else {
            preconditionFailure("the reader reads \(path), which the schema does not have")
        }
        return key
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _: Choice.Type
    ) -> Form where Choice.RawValue == String { .choice(Choice.allCases.map(\.rawValue)) }

    private static let top = [
        Key(
            "schema", .numbers([Profile.schemaVersion]), nil,
            "version of this table; always the first thing"),
        Key("name", .text(example: "house"), nil, "for people, and part of the receipt"),
        Key("summary", .text(example: nil), nil, "for people"),
        Key(
            "extends", .text(example: "web"), nil,
            "where everything that is missing comes from: a shipped profile, or the path of a file "
                + "beside this one"),
        Key("video", .part, "none", "pictures"),
        Key("audio", .part, "none", "sound"),
        Key("images", .part, "none", "a poster and sheets of thumbnails"),
        Key(
            "text", .part, nil,
            "subtitles as WebVTT; a block of defaults where no profile says it, but with `images` packaging"
        ),
        Key(
            "packaging", choice(Packaging.self), "cmaf",
            "HLS and DASH over one file a rendition; one MP4, `moov` first; still images only"),
        Key(
            "damage", choice(DamagePolicy.self), "salvage",
            "what becomes of a damaged source: any damage fails the job, naming time and stream; or what "
                + "can be decoded is used, gaps are held and all of it is listed in the receipt"),
        Key("publish", .part, "none", "when readers may see the output"),
    ]

    private static let video = [
        Key("video.codec", choice(VideoCodec.self), "h264", "libx264, libx265, libsvtav1"),
        Key(
            "video.preset", .text(example: "slow"), "medium",
            "the encoder's own; `8` where the codec is `av1`"),
        Key(
            "video.quality", .number(0...63), "23",
            "constant quality, capped by the rung's rate; up to 51 but for `av1`, whose default is 35"
        ),
        Key(
            "video.ladder", .ladder, "[720p@3000]",
            "lines of the shorter side @ average kbit/s; the cap is 1.5 times, the buffer 2 times that. Rungs "
                + "above the source are dropped, and its own size class is always there"),
        Key("video.keyframe", .seconds(1...10), "2s", "distance of IDR frames"),
        Key(
            "video.segment", .seconds(1...30), "6s",
            "a multiple of `keyframe`; with `publish.early` the first segment is a third of it, in whole intervals of `keyframe`"
        ),
        Key(
            "video.chunk", .seconds(2...600), "12s",
            "the length of a segment task to aim for; at least a segment"),
        Key(
            "video.max-fps", .rate(1...240), "60",
            "a faster source is divided by a whole number"),
        Key(
            "video.timestamps", choice(FrameTimestamps.self), "nominal",
            "what becomes of a source of variable rate: frames at its usual rate, or each at its own time"
        ),
        Key(
            "video.parameters", .parameters, "none",
            "passed to the encoder as they are, after ours; merged key by key with those of the profile "
                + "that is extended"),
        Key(
            "video.dynamic-range", choice(DynamicRange.self), "standard",
            "HDR10 and HLG become BT.709, or stay as they are, in 10 bits, with their metadata (hevc, av1)"
        ),
        Key(
            "video.bit-depth", .numbers([8, 10]), "8",
            "of pictures in standard range; 10 with hevc and av1 only"),
        Key(
            "video.deinterlace", choice(Deinterlacing.self), "frame",
            "what two fields become: one frame, or two at twice the rate, as far as `max-fps` allows"
        ),
        Key(
            "video.passthrough", .flag, "false",
            "whether a source that is one of the rungs already is copied there and not encoded again: H.264 of the "
                + "rung's size, within its cap and buffer, at a constant rate, with closed groups of exactly "
                + "`keyframe`. A warning says why a source is not"),
    ]

    private static let audio = [
        Key("audio.codec", choice(AudioCodec.self), "aac", "of the stereo or mono renditions"),
        Key("audio.bitrate", .number(16...512), "128", "kbit/s"),
        Key(
            "audio.copy", .choice(["true", "false"]), "true",
            "a track that is AAC-LC already, at the rendition's channels and sample rate and no more than a tenth "
                + "above its bit rate, is copied and not encoded again"),
        Key(
            "audio.tracks", .number(1...64), "8",
            "every track up to that many is kept, as stereo or mono"),
        Key(
            "audio.surround", .choice(["none", "5.1"]), "none",
            "beside the stereo rendition, a track with more than two channels also gets one in 5.1, in AAC "
                + "and in a group of its own"),
        Key("audio.surround-bitrate", .number(128...768), "384", "kbit/s of all six channels"),
        Key(
            "audio.loudness", .decibels(-36...(-5), unit: "LUFS", orNone: true), "none",
            "the whole track is measured (EBU R 128) and brought there by one gain; nothing is compressed"
        ),
        Key(
            "audio.true-peak", .decibels(-9...0, unit: "dBTP", orNone: false), "-1",
            "the gain is no more than what keeps the peak there. Coding may add some tenths of a decibel"
        ),
    ]

    private static let images = [
        Key("images.poster", .number(16...2160), "720", "lines of the poster"),
        Key("images.every", .seconds(1...600), "10s", "one thumbnail each so often"),
        Key("images.width", .number(16...640), "160", "pixels of a thumbnail's longer side"),
        Key("images.grid", .grid(1...20), "10x10", "columns × rows of a sheet"),
    ]

    private static let text = [
        Key(
            "text.tracks", .number(1...64), "8",
            "every track that is text is kept up to that many, those that the source marks as default first"
        )
    ]
}

extension ProfileSchema {
    private static let publish = [
        Key(
            "publish.early", .flag, "false",
            "whether the first seconds of the lowest renditions are played, by HLS, while the rest is made; "
                + "with `cmaf` packaging and `video`")
    ]

    /// The reference as a Markdown table.
    package static var markdown: String {
        let rows = keys.map { key in
            let standard = key.standard.map { "`\($0)`" } ?? ""
            return "| `\(key.path)` | \(key.form.text) | \(standard) | \(key.meaning) |"
        }
        return (["| key | values | default | meaning |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n") + "\n"
    }
}

extension ProfileSchema.Form {
    /// For people, in Markdown.
    var text: String {
        switch self {
        case .text(let example): "text" + (example.map { ", such as `\($0)`" } ?? "")
        case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .numbers(let all): all.map(String.init).joined(separator: ", ")
        case .seconds(let range): "`\(range.lowerBound)s` to `\(range.upperBound)s`, whole seconds"
        case .choice(let names): names.map { "`\($0)`" }.joined(separator: ", ")
        case .decibels(let range, let unit, let orNone):
            (orNone ? "`none`, or " : "") + "\(range.lowerBound) to \(range.upperBound) \(unit)"
        case .rate(let range):
            "\(range.lowerBound) to \(range.upperBound), such as `60` or `30000/1001`"
        case .ladder: "a list of `LINESp@KBITS`"
        case .grid(let range): "`COLUMNSxROWS`, each \(range.lowerBound) to \(range.upperBound)"
        case .flag: "`true`, `false`"
        case .parameters: "`none` or a map"
        case .part: "`none` or a block"
        }
    }
}
