import TranscodeModel

/// A track's HLS playlists: byte ranges of one file (RFC 8216, section 4).
enum MediaPlaylist {
    /// All segments.
    static func text(_ presented: PresentedTrack) -> String {
        text(presented, presented.segments, extra: [])
    }

    /// Key frames alone, for scrubbing. Each range starts at the `moof`, which players need to find
    /// the frame.
    static func keyFrameText(_ presented: PresentedTrack) -> String {
        text(presented, presented.keyFrames, extra: ["#EXT-X-I-FRAMES-ONLY"])
    }

    private static func text(
        _ presented: PresentedTrack, _ segments: [Segment], extra: [String]
    ) -> String {
        let timescale = presented.track.header.timescale
        return text(
            of: presented.name, initialization: presented.track.initialization, segments,
            timescale: timescale,
            targetSeconds: BitRates.targetDurationSeconds(segments, timescale: timescale),
            isComplete: true, extra: extra)
    }

    /// One that is not complete has no end, and more segments later.
    static func text(
        of name: String, initialization map: Extent, _ segments: [Segment], timescale: Int,
        targetSeconds: Int, isComplete: Bool, extra: [String] = []
    ) -> String {
        let file = "\(name).mp4"
        var lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            "#EXT-X-TARGETDURATION:\(targetSeconds)",
            "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-PLAYLIST-TYPE:\(isComplete ? "VOD" : "EVENT")",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        lines += extra
        lines.append("#EXT-X-MAP:URI=\"\(file)\",BYTERANGE=\"\(map.length)@\(map.offset)\"")
        for segment in segments {
            // Rounding the ends, not the durations, keeps the sum exact however long the film.
            let start = microseconds(segment.start, timescale)
            let end = microseconds(segment.start + segment.duration, timescale)
            lines.append("#EXTINF:\(decimalSeconds(max(end - start, 0))),")
            lines.append("#EXT-X-BYTERANGE:\(segment.extent.length)@\(segment.extent.offset)")
            lines.append(file)
        }
        if isComplete { lines.append("#EXT-X-ENDLIST") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func microseconds(_ ticks: Int64, _ timescale: Int) -> Int64 {
        Rational(ticks, Int64(timescale)).rounded(inParts: 1_000_000)
    }

    static func decimalSeconds(_ microseconds: Int64) -> String {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let digits = String(rest)
        return "\(whole)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
