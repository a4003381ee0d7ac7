/// Text in the columns of a terminal.
enum ScreenText {
    /// Without what would move the cursor or change the terminal: names of files may hold anything.
    static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.isControlLike ? "?" : $0 }))
    }

    /// Columns that it takes: 2 for wide characters, 0 for those that combine (Unicode Standard Annex 11).
    static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
    ]

    /// Exactly so many columns: cut with an ellipsis, or filled up.
    static func fitted(_ text: String, _ columns: Int, alignsRight: Bool = false) -> String {
        let text = harmless(text)
        let width = width(text)
        if width <= columns {
            let space = String(repeating: " ", count: columns - width)
            return alignsRight ? space + text : text + space
        }
        guard columns > 0 else { return "" }
        var (kept, used) = ("", 0)
        for character in text {
            let next = self.width(character)
            if used + next > columns - 1 { break }
            kept.append(character)
            used += next
        }
        return kept + "…" + String(repeating: " ", count: columns - 1 - used)
    }
}

extension Unicode.Scalar.Properties {
    /// Control and format characters, and those that turn the direction of text.
    fileprivate var isControlLike: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
