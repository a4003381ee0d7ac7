public import TranscodeModel

/// Reads the WebVTT that a worker wrote: a file in one plain form, of which every byte is accounted for.
///
///     file    = "WEBVTT" LF *(LF time " --> " time LF 1*(line LF))
///     line    = what players show of it is text, <b>, <i> and <u>; it is never empty
///
/// WebVTT allows much more (W3C, “WebVTT: The Web Video Text Tracks Format”, section 4). What came from an upload is
/// not given to players to interpret.
public enum WebVTTFile {
    static let header = "WEBVTT\n"

    /// The cues, in range and in order; fails with `outputInvalid`, the file, the line and the reason.
    public static func cues(
        _ bytes: [UInt8], of rendition: TextRendition, path: String
    ) throws(Failure) -> [TextCue] {
        func fault(_ line: Int, _ reason: String) -> Failure {
            Failure(
                .permanent, .outputInvalid,
                "\(path), line \(line + 1): \(reason). Transcode the source again.")
        }
        guard bytes.count <= 2 * TextBounds.bytesMaximum,
            let text = String(validating: bytes, as: UTF8.self), text.utf8.starts(with: header.utf8)
        else { throw fault(0, "it is no WebVTT of ours") }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.last?.isEmpty == true else { throw fault(lines.count - 1, "it is cut") }
        var cues: [TextCue] = []
        var number = 1
        while number < lines.count - 1 {
            guard lines[number].isEmpty, number + 2 < lines.count else {
                throw fault(number, "a cue does not start with an empty line")
            }
            guard let (start, end) = times(lines[number + 1]) else {
                throw fault(number + 1, "there are no times of a cue")
            }
            let isInRange = start < end && end <= rendition.milliseconds
            let isInOrder = cues.last.map { ($0.start, $0.end) <= (start, end) } ?? true
            guard isInRange, isInOrder else {
                throw fault(number + 1, "the times of a cue are out of range or out of order")
            }
            number += 2
            let first = number
            while number < lines.count - 1, !lines[number].isEmpty {
                guard CueLine.isPlain(lines[number]) else {
                    throw fault(number, "it has what no cue of ours has")
                }
                number += 1
            }
            guard number > first else { throw fault(number, "a cue has no text") }
            let payload = lines[first..<number].map { String(decoding: $0, as: UTF8.self) }
            cues.append(
                TextCue(start: start, end: end, payload: payload.joined(separator: "\n")))
        }
        guard !cues.isEmpty, cues.count <= TextBounds.cuesMaximum else {
            throw fault(0, "it has \(cues.count) cues")
        }
        // A cue stands in every segment during which it is shown: few bytes could become very many.
        var segmentBytes = 0
        for cue in cues {
            segmentBytes += cue.payload.utf8.count * rendition.segments(of: cue).count
            guard segmentBytes <= TextBounds.segmentBytesMaximum else {
                throw fault(0, "its segments would have more bytes than is allowed")
            }
        }
        return cues
    }

    private static func times(_ line: ArraySlice<UInt8>) -> (Int64, Int64)? {
        let text = String(decoding: line, as: UTF8.self)
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "-->", let start = milliseconds(parts[0]),
            let end = milliseconds(parts[2])
        else { return nil }
        return (start, end)
    }

    /// Of a time spelled as we spell it.
    private static func milliseconds(_ text: Substring) -> Int64? {
        let fields = text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == ":" || $0 == "." })
        guard fields.count == 4, fields[0].utf8.count <= 6 else { return nil }
        let numbers = fields.compactMap { Int64($0) }
        guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 && $0 < 1_000_000 }) else {
            return nil
        }
        let value = ((numbers[0] * 60 + numbers[1]) * 60 + numbers[2]) * 1000 + numbers[3]
        return TextCue.clock(value) == text ? value : nil
    }
}

/// One line of a cue's text.
enum CueLine {
    private static let entities = ["&amp;", "&lt;", "&gt;"].map { Array($0.utf8) }
    private static let tags = ["b", "i", "u"].map { Array($0.utf8)[0] }

    /// Whether it has nothing but text, entities, and the three tags, each closed in its line.
    static func isPlain(_ line: ArraySlice<UInt8>) -> Bool {
        var open: [UInt8] = []
        var place = line.startIndex
        while place < line.endIndex {
            let byte = line[place]
            switch byte {
            case UInt8(ascii: "&"):
                guard let entity = entities.first(where: { line[place...].starts(with: $0) }) else {
                    return false
                }
                place += entity.count
            case UInt8(ascii: "<"):
                let rest = Array(line[place...].prefix(4))
                if rest.count >= 3, tags.contains(rest[1]), rest[2] == UInt8(ascii: ">") {
                    open.append(rest[1])
                    place += 3
                } else if rest.count == 4, rest[1] == UInt8(ascii: "/"),
                    rest[3] == UInt8(ascii: ">"), open.popLast() == rest[2]
                {
                    place += 4
                } else {
                    return false
                }
            // C1 controls are 0xC2 and a byte below 0xA0.
            case UInt8(ascii: ">"), 0..<0x20, 0x7F: return false
            case 0xC2 where place + 1 < line.endIndex && line[place + 1] < 0xA0: return false
            default: place += 1
            }
        }
        return open.isEmpty
    }
}
