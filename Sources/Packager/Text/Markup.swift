extension String {
    /// With `&`, `<` and `>` as references, as WebVTT (W3C, section 3.2) and XML (W3C, section 2.4) have them in text.
    var escapedAsMarkup: String {
        unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(scalar)
            }
        }.joined()
    }
}
