import Foundation
import TranscodeModel

/// Languages as players want them: the shortest tag (RFC 5646, section 4.5) and a name for people.
enum LanguageTag {
    /// Containers carry the bibliographic codes of ISO 639-2; tags are made from the terminological.
    private static let terminological = [
        "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces",
        "dut": "nld", "fre": "fra", "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl",
        "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas", "rum": "ron", "slo": "slk",
        "tib": "bod", "wel": "cym",
    ]

    /// Of a language as the source states it; `und` for what is no language code.
    static func tag(_ language: String) -> String {
        let code = language.lowercased()
        guard (2...3).contains(code.utf8.count), code.utf8.allSatisfy({ (97...122).contains($0) })
        else { return "und" }
        let proper = terminological[code] ?? code
        return Locale.LanguageCode(proper).identifier(.alpha2) ?? proper
    }

    /// What players show for each rendition: its title, else its language, made unique by a number.
    static func names(of renditions: [AudioRendition]) -> [String] {
        unique(
            renditions.map { rendition in
                rendition.title.flatMap { $0.isEmpty ? nil : $0 } ?? name(rendition.language)
            })
    }

    /// The same for text, which says for what it is.
    static func names(of renditions: [TextRendition]) -> [String] {
        unique(
            renditions.map { rendition in
                if let title = rendition.title, !title.isEmpty { return title }
                let isKnown = tag(rendition.language) != "und"
                return (isKnown ? name(rendition.language) : "Subtitles")
                    + (rendition.isForced ? " (forced)" : "")
                    + (rendition.isHearingImpaired ? " (SDH)" : "")
            })
    }

    private static func unique(_ bases: [String]) -> [String] {
        var used: Set<String> = []
        return bases.map { base in
            var name = base
            var number = 2
            while !used.insert(name).inserted {
                name = "\(base) \(number)"
                number += 1
            }
            return name
        }
    }

    private static func name(_ language: String) -> String {
        let tag = tag(language)
        guard tag != "und" else { return "Main" }
        return Locale(identifier: "en").localizedString(forLanguageCode: tag) ?? tag
    }
}
