/// Which of the three styles that are kept hold for a piece of text.
struct TextStyle: Hashable {
    var isBold = false
    var isItalic = false
    var isUnderlined = false
}

/// The named styles of an ASS header, as far as they are kept.
struct StyleSheet {
    private(set) var styles: [String: TextStyle] = [:]
    private static let stylesMaximum = 1000

    /// Reads the lines `Format:` and `Style:` of the section of styles; others are passed over.
    init(header: String) {
        var columns: [String] = []
        var isInStyles = false
        for line in header.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("[") { isInStyles = line.contains("Styles]") }
            guard isInStyles, let colon = line.firstIndex(of: ":") else { continue }
            let fields = line[line.index(after: colon)...]
                .split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.trimmingSpaces() }
            if line.hasPrefix("Format:") { columns = fields.map { $0.lowercased() } }
            guard line.hasPrefix("Style:"), styles.count < StyleSheet.stylesMaximum else {
                continue
            }
            func field(_ name: String) -> String? {
                columns.firstIndex(of: name).flatMap { $0 < fields.count ? fields[$0] : nil }
            }
            // libavformat writes -1 for true, and so do editors; weights of fonts are above 1.
            func isSet(_ name: String) -> Bool { field(name).flatMap { Int($0) } ?? 0 != 0 }
            guard let name = field("name") else { continue }
            styles[name] = TextStyle(
                isBold: isSet("bold"), isItalic: isSet("italic"), isUnderlined: isSet("underline"))
        }
    }

    subscript(name: String) -> TextStyle {
        // A leading asterisk is an old spelling of the same name.
        styles[name.hasPrefix("*") ? String(name.dropFirst()) : name] ?? TextStyle()
    }
}

extension Substring {
    func trimmingSpaces() -> String {
        var rest = drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
