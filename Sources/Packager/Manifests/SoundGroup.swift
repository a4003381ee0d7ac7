import TranscodeModel

/// One of the HLS groups that a title's sound comes in: the same tracks in each, in stereo or in 5.1
/// (RFC 8216, section 4.3.4.1.1).
struct SoundGroup {
    var identifier: String
    var members: [(presented: PresentedTrack, rendition: AudioRendition)]

    /// Stereo first, then 5.1 where a track has it; the tracks that have not are stereo there too.
    static func all(_ presentation: Presentation) -> [SoundGroup] {
        let all = Array(zip(presentation.audio, presentation.plan.audio))
        let stereo = all.filter { $0.1.surroundOf == nil }
        let surround = all.filter { $0.1.surroundOf != nil }
        guard let first = stereo.first else { return [] }
        let plain = SoundGroup(
            identifier: identifier(first.0.track.header.codec),
            members: stereo.map { ($0.0, $0.1) })
        guard !surround.isEmpty else { return [plain] }
        let best = stereo.map { own in
            surround.first { $0.1.surroundOf == own.1.name } ?? own
        }
        return [
            plain,
            SoundGroup(identifier: "surround", members: best.map { ($0.0, $0.1) }),
        ]
    }

    /// What the group with the plain sound is called.
    static func identifier(_ codec: String) -> String { codec == "opus" ? "opus" : "aac" }

    /// Of the most demanding member.
    var peak: Int { members.map(\.presented.rates.peak).max() ?? 0 }
    var average: Int { members.map(\.presented.rates.average).max() ?? 0 }

    var codecs: [String] { Set(members.map(\.presented.track.header.codec)).sorted() }

    /// Whether a player may choose a member by itself: one of each language and purpose, and never a
    /// commentary, which people have to ask for.
    func isSelectable(_ index: Int) -> Bool {
        let own = members[index].rendition
        if own.isDefault { return true }
        if own.roles?.contains(.commentary) == true { return false }
        return !members[..<index].contains { other in
            LanguageTag.tag(other.rendition.language) == LanguageTag.tag(own.language)
                && other.rendition.roles == own.roles
        }
    }
}
