import Foundation
import TranscodeModel

/// Languages as players want them: the shortest tag (RFC 5646, section 4.5) and a name for people.
public enum LanguageTag {
    /// Containers carry the bibliographic codes of ISO 639-2; tags are made from the terminological.
    private static let terminological = [
        "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces",
        "dut": "nld", "fre": "fra", "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl",
        "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas", "rum": "ron", "slo": "slk",
        "tib": "bod", "wel": "cym",
    ]

    /// Of a language as the source states it; `und` for what is no language code.
    static func tag(_ language: String) -> String {
        let parts = language.split(separator: "-", omittingEmptySubsequences: false)
        guard let primary = primary(language) else { return "und" }
        let short = Locale.LanguageCode(primary).identifier(.alpha2) ?? primary
        return ([short] + parts.dropFirst().map(String.init)).joined(separator: "-")
    }

    /// Of a language as the source states it: the three letters of ISO 639-2 that MP4 has room for.
    public static func code(_ language: String) -> String {
        guard let primary = primary(language) else { return "und" }
        if primary.utf8.count == 3 { return primary }
        return Locale.LanguageCode(primary).identifier(.alpha3) ?? "und"
    }

    /// The language itself, without a country and the like; nil for what is no tag.
    private static func primary(_ language: String) -> String? {
        let parts = language.split(separator: "-", omittingEmptySubsequences: false)
        let code = (parts.first ?? "").lowercased()
        guard (2...3).contains(code.utf8.count), code.utf8.allSatisfy({ (97...122).contains($0) }),
            parts.dropFirst().allSatisfy({
                (1...8).contains($0.utf8.count)
                    && $0.utf8.allSatisfy {
                        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    }
            })
        else { return nil }
        return terminological[code] ?? code
    }

    /// What players show for each rendition: its title, else its language and what it is for, made
    /// unique by a number. A track in 5.1 has the name that it has in stereo.
    static func names(of renditions: [AudioRendition]) -> [String: String] {
        var used: Set<String> = []
        var names: [String: String] = [:]
        for rendition in renditions where rendition.surroundOf == nil {
            let title = (rendition.title ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            let base = title.isEmpty ? name(rendition) : title
            var name = base
            var number = 2
            while !used.insert(name).inserted {
                name = "\(base) \(number)"
                number += 1
            }
            names[rendition.name] = name
        }
        for rendition in renditions {
            if let stereo = rendition.surroundOf { names[rendition.name] = names[stereo] }
        }
        return names
    }

    /// The same for text, which says for what it is.
    static func names(of renditions: [TextRendition]) -> [String] {
        var used: Set<String> = []
        return renditions.map { rendition in
            let base = name(rendition)
            var name = base
            var number = 2
            while !used.insert(name).inserted {
                name = "\(base) \(number)"
                number += 1
            }
            return name
        }
    }

    private static func name(_ rendition: TextRendition) -> String {
        if let title = rendition.title, !title.isEmpty { return title }
        let isKnown = tag(rendition.language) != "und"
        return (isKnown ? name(language: rendition.language) : "Subtitles")
            + (rendition.isForced ? " (forced)" : "")
            + (rendition.isHearingImpaired ? " (SDH)" : "")
    }

    /// For people; `Main` where the source does not say.
    private static func name(language: String) -> String {
        let tag = tag(language)
        return tag == "und"
            ? "Main" : Locale(identifier: "en").localizedString(forIdentifier: tag) ?? tag
    }

    private static func name(_ rendition: AudioRendition) -> String {
        let language = name(language: rendition.language)
        let roles = (rendition.roles ?? []).map { role in
            switch role {
            case .commentary: "commentary"
            case .description: "audio description"
            case .clearSpeech: "clear speech"
            case .dub: "dubbed"
            }
        }
        return roles.isEmpty ? language : "\(language) (\(roles.joined(separator: ", ")))"
    }
}
