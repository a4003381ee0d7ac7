/// Reads the text of one ASS event: override blocks in braces and escapes with backslashes.
struct EventParser {
    private let base: TextStyle
    private let styles: StyleSheet
    private var style: TextStyle
    /// Above 0 what looks like text is a drawing.
    private var drawing = 0

    init(base: TextStyle, styles: StyleSheet) {
        self.base = base
        self.styles = styles
        style = base
    }

    mutating func read(_ text: Substring, _ emit: (TextStyle, Unicode.Scalar) -> Void) {
        let scalars = Array(text.unicodeScalars)
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            if scalar == "{", let end = scalars[place...].firstIndex(of: "}") {
                override(scalars[(place + 1)..<end])
                place = end + 1
                continue
            }
            if scalar == "\\", place + 1 < scalars.count,
                let meant = EventParser.escape(scalars[place + 1])
            {
                if drawing == 0 { emit(style, meant) }
                place += 2
                continue
            }
            if drawing == 0 { emit(style, scalar) }
            place += 1
        }
    }

    /// `\N` and `\n` end a line, `\h` is a hard space; libavcodec puts a backslash before braces that are text.
    private static func escape(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "N", "n": "\n"
        case "h": "\u{A0}"
        case "{", "}", "\\": scalar
        default: nil
        }
    }

    /// The tags of one block: `\b1`, `\i0`, `\u1`, `\r`, `\p1`; the rest means nothing here.
    private mutating func override(_ block: ArraySlice<Unicode.Scalar>) {
        for tag in block.split(separator: "\\") {
            let word = String(String.UnicodeScalarView(tag)).trimmingCharactersOfTag()
            guard let first = word.first else { continue }
            let value = word.dropFirst()
            let number = Int(value)
            switch first {
            // Without a number the style's own comes back. `\bord`, `\iclip` and others are no numbers.
            case "b" where value.isEmpty || number != nil:
                style.isBold = number.map { $0 != 0 && $0 != 400 } ?? base.isBold
            case "i" where value.isEmpty || number != nil:
                style.isItalic = number.map { $0 != 0 } ?? base.isItalic
            case "u" where value.isEmpty || number != nil:
                style.isUnderlined = number.map { $0 != 0 } ?? base.isUnderlined
            case "r": style = value.isEmpty ? base : styles[String(value)]
            case "p" where number != nil: drawing = max(0, number ?? 0)
            default: break
            }
        }
    }
}

extension String {
    fileprivate func trimmingCharactersOfTag() -> String { self[...].trimmingSpaces() }
}
