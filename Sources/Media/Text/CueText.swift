import TranscodeModel

/// The text of one cue as WebVTT spells it: bold, italic and underlined are kept, all other markup is not.
///
/// Made of what libavcodec gives for every kind of text, an event of an ASS script (libass's wiki, “ASS file format”).
struct CueText {
    private(set) var runs: [(style: TextStyle, text: String)] = []

    /// `ReadOrder, Layer, Style, Name, MarginL, MarginR, MarginV, Effect, Text`.
    mutating func add(event: String, _ styles: StyleSheet) {
        let fields = event.split(
            separator: ",", maxSplits: 8, omittingEmptySubsequences: false)
        guard fields.count == 9 else { return }
        startLine()
        var parser = EventParser(base: styles[fields[2].trimmingSpaces()], styles: styles)
        parser.read(fields[8]) { style, scalar in append(scalar, style) }
    }

    mutating func add(plain: String) {
        startLine()
        for scalar in plain.unicodeScalars { append(scalar, TextStyle()) }
    }

    private mutating func startLine() {
        if !runs.isEmpty { append("\n", TextStyle()) }
    }

    private mutating func append(_ scalar: Unicode.Scalar, _ style: TextStyle) {
        if runs.last?.style != style { runs.append((style, "")) }
        runs[runs.count - 1].text.unicodeScalars.append(scalar)
    }

    /// The payload of a cue: no empty line, no arrow, no control character, every tag closed. Nil when nothing is left
    /// of it. What is over the limit is cut at a character.
    func payload(limit: Int = TextBounds.cueBytesMaximum) -> (text: String, isCut: Bool)? {
        var lines: [String] = []
        var isCut = false
        var bytes = 0
        for pieces in cleanLines() {
            var line = ""
            for (style, text) in pieces {
                let tags =
                    (style.isBold ? ["b"] : []) + (style.isItalic ? ["i"] : [])
                    + (style.isUnderlined ? ["u"] : [])
                var inner = ""
                for character in text {
                    let spelled = CueText.spelled(character)
                    // Tags and line ends are counted as if they were all there.
                    guard bytes + spelled.utf8.count + 32 <= limit else {
                        isCut = true
                        break
                    }
                    inner += spelled
                    bytes += spelled.utf8.count
                }
                guard !inner.isEmpty else { continue }
                bytes += 7 * tags.count
                line += tags.map { "<\($0)>" }.joined() + inner
                line += tags.reversed().map { "</\($0)>" }.joined()
            }
            bytes += 1
            if !line.isEmpty { lines.append(line) }
            if isCut { break }
        }
        return lines.isEmpty ? nil : (lines.joined(separator: "\n"), isCut)
    }

    /// Lines of runs, without what must not be in them, blank ends and blank lines.
    private func cleanLines() -> [[(TextStyle, String)]] {
        var lines: [[(TextStyle, String)]] = [[]]
        for (style, text) in runs {
            for (number, part) in text.unicodeScalars
                .split(omittingEmptySubsequences: false, whereSeparator: CueText.isLineEnd)
                .enumerated()
            {
                if number > 0 { lines.append([]) }
                var scalars = String.UnicodeScalarView()
                scalars.append(contentsOf: part.filter { !CueText.isUnwanted($0) })
                if !scalars.isEmpty { lines[lines.count - 1].append((style, String(scalars))) }
            }
        }
        return lines.map(CueText.trimmed).filter { !$0.isEmpty }
    }

    private static func trimmed(_ line: [(TextStyle, String)]) -> [(TextStyle, String)] {
        var line = line
        while let first = line.first {
            let rest = first.1.drop(while: \.isWhitespace)
            if rest.isEmpty {
                line.removeFirst()
            } else {
                line[0].1 = String(rest)
                break
            }
        }
        while let last = line.last {
            var rest = last.1[...]
            while rest.last?.isWhitespace == true { rest.removeLast() }
            if rest.isEmpty {
                line.removeLast()
            } else {
                line[line.count - 1].1 = String(rest)
                break
            }
        }
        return line
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        ["\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
    }

    /// Control characters, marks of byte order, and code points that are no characters.
    private static func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\t"
            || scalar == "\u{FEFF}" || scalar.properties.isNoncharacterCodePoint
    }

    /// With `>` spelled out, no text can be an arrow.
    private static func spelled(_ character: Character) -> String {
        switch character {
        case "&": return "&amp;"
        case "<": return "&lt;"
        case ">": return "&gt;"
        case "\t": return " "
        default: break
        }
        // A character may be made of many scalars, those above among them.
        guard character.unicodeScalars.count > 1 else { return String(character) }
        return character.unicodeScalars.prefix(32).map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\t": " "
            default: String(scalar)
            }
        }.joined()
    }
}
