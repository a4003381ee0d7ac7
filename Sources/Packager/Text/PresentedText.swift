import TranscodeModel

/// One track of subtitles in the output: a file for players that take the whole (DASH, the `track` element), and one of
/// segments for HLS.
///
/// Segments are byte ranges of one file, as those of pictures and sound are: a long film in eight languages has ten
/// thousand of them. Each is a WebVTT file of its own, so that the range can be read by itself (RFC 8216, section
/// 3.5), which makes their file as a whole a poor one: cues at the bounds stand twice in it.
struct PresentedText {
    let rendition: TextRendition
    /// Of the file with all cues.
    let byteCount: Int64
    /// The bytes of the file of segments.
    let segmentsText: String
    /// Times in microseconds: the ends are rounded as those of the pictures are.
    let segments: [Segment]

    static let timescale = 1_000_000
    /// Cue times are times of the presentation, which starts at MPEG-2 time 0: edit lists have undone what lies before.
    private static let segmentHeader =
        WebVTTFile.header + "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"

    init(_ rendition: TextRendition, _ cues: [TextCue]) {
        self.rendition = rendition
        byteCount =
            Int64(WebVTTFile.header.utf8.count)
            + cues.reduce(0) { $0 + Int64($1.block.utf8.count) }
        var texts = Array(repeating: PresentedText.segmentHeader, count: rendition.segmentCount)
        for cue in cues {
            for number in rendition.segments(of: cue) { texts[number] += cue.block }
        }
        // An empty line at its end, for who reads the file as a whole.
        for number in texts.indices { texts[number] += "\n" }
        var offset: Int64 = 0
        var segments: [Segment] = []
        for (number, text) in texts.enumerated() {
            let start = rendition.segmentStart(number).rounded(inParts: 1_000_000)
            let end = rendition.segmentStart(number + 1).rounded(inParts: 1_000_000)
            let length = Int64(text.utf8.count)
            segments.append(
                Segment(
                    extent: Extent(offset: offset, length: length), start: start,
                    duration: end - start))
            offset += length
        }
        self.segments = segments
        segmentsText = texts.joined()
    }

    var path: String { OutputLayout.textPath(rendition.name) }
    var segmentsPath: String { OutputLayout.textSegmentsPath(rendition.name) }
    var playlistPath: String { OutputLayout.textPlaylistPath(rendition.name) }

    var rates: BitRates { BitRates(segments, timescale: PresentedText.timescale) }

    /// The HLS playlist over the whole title.
    var playlist: String {
        let target = BitRates.targetDurationSeconds(segments, timescale: PresentedText.timescale)
        var lines = [
            "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:\(target)",
            "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD",
        ]
        for segment in segments {
            lines.append("#EXTINF:\(MediaPlaylist.decimalSeconds(segment.duration)),")
            lines.append("#EXT-X-BYTERANGE:\(segment.extent.length)@\(segment.extent.offset)")
            lines.append("\(rendition.name)-segments.vtt")
        }
        lines.append("#EXT-X-ENDLIST")
        return lines.joined(separator: "\n") + "\n"
    }
}
