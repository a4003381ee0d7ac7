import Foundation
import Testing
import TranscodeModel

@testable import Packager

@Suite("Sound in manifests: groups, names, languages and purposes")
struct SoundManifestTests {
    /// German in stereo and 5.1, a German commentary, an English description.
    private let presentation: Presentation = {
        var plan = PresentationFixture.plan
        let main = PresentationFixture.sound("a1", language: "ger", isDefault: true)
        var surround = main
        surround.name = "a1-surround"
        surround.channels = 6
        surround.surroundOf = "a1"
        var commentary = PresentationFixture.sound("a2", language: "ger", isDefault: false)
        commentary.roles = [.commentary]
        var description = PresentationFixture.sound("a3", language: "en-GB", isDefault: false)
        description.roles = [.description]
        plan.audio = [main, surround, commentary, description]
        var tracks = [
            "v720": PresentationFixture.videoTrack(
                size: 500_000, codec: "avc1.64001f", width: 1280, height: 720),
            "v360": PresentationFixture.videoTrack(
                size: 100_000, codec: "avc1.64001e", width: 640, height: 360),
        ]
        for (name, size) in [("a1", 1), ("a1-surround", 3), ("a2", 1), ("a3", 1)] {
            tracks[name] = PresentationFixture.soundTrack(
                bytes: [96_000, 97_000, 17_000].map { $0 * Int64(size) })
        }
        return Presentation(plan: plan, tracks: tracks)
    }()

    private func lines(_ prefix: String) -> [String] {
        MasterPlaylist.text(presentation).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(prefix) }
    }

    @Test("both groups have the same tracks by the same names, and differ in channels")
    func groups() {
        let media = lines("#EXT-X-MEDIA:")
        let due = """
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="German",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,\
            CHANNELS="2",URI="audio/a1.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="German (commentary)",LANGUAGE="de",DEFAULT=NO,\
            AUTOSELECT=NO,CHARACTERISTICS="public.auxiliary-content",CHANNELS="2",URI="audio/a2.m3u8"
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English (United Kingdom) (audio description)",\
            LANGUAGE="en-GB",DEFAULT=NO,AUTOSELECT=YES,\
            CHARACTERISTICS="public.accessibility.describes-video",CHANNELS="2",URI="audio/a3.m3u8"
            """
        #expect(media.prefix(3).joined(separator: "\n") == due)
        #expect(media.count == 6)
        let other = media.dropFirst(3).map {
            $0.replacingOccurrences(of: "GROUP-ID=\"surround\"", with: "GROUP-ID=\"aac\"")
                .replacingOccurrences(of: "CHANNELS=\"6\"", with: "CHANNELS=\"2\"")
                .replacingOccurrences(of: "a1-surround", with: "a1")
        }
        #expect(other == Array(media.prefix(3)))
        #expect(media[3].contains("CHANNELS=\"6\",URI=\"audio/a1-surround.m3u8\""))
    }

    @Test("each picture comes once with each group, and counts that group's rate")
    func variants() throws {
        let variants = lines("#EXT-X-STREAM-INF:")
        #expect(variants.count == 4)
        func rate(_ line: String) -> Int? {
            line.dropFirst("#EXT-X-STREAM-INF:BANDWIDTH=".count).prefix { $0 != "," }.isEmpty
                ? nil
                : Int(line.dropFirst("#EXT-X-STREAM-INF:BANDWIDTH=".count).prefix { $0 != "," })
        }
        let rates = variants.compactMap(rate)
        try #require(rates.count == 4)
        let sound = Dictionary(
            uniqueKeysWithValues: presentation.audio.map { ($0.name, $0.rates.peak) })
        let own = presentation.video.map(\.rates.peak)
        let stereo = try #require(sound["a1"])
        let surround = try #require(sound["a1-surround"])
        #expect(rates == own.map { $0 + stereo } + own.map { $0 + surround })
        #expect(variants.map { $0.contains("AUDIO=\"aac\"") } == [true, true, false, false])
    }

    @Test("DASH says what each track is for, and how many channels it has")
    func dash() {
        let text = DASHManifest.text(presentation)
        let sets = text.components(separatedBy: "<AdaptationSet ").dropFirst(2)
        #expect(sets.count == 4)
        let all = Array(sets)
        #expect(all[1].contains("urn:mpeg:mpegB:cicp:ChannelConfiguration\" value=\"6\""))
        #expect(all[1].contains("value=\"main\"") && all[0].contains("value=\"main\""))
        #expect(all[2].contains("urn:mpeg:dash:role:2011\" value=\"commentary\""))
        #expect(all[3].contains("lang=\"en-GB\""))
        #expect(all[3].contains("AudioPurposeCS:2007\" value=\"1\""))
    }

    @Test(
        "languages are tags, and codes for MP4",
        arguments: [
            ("ger", "de", "deu"), ("deu", "de", "deu"), ("en", "en", "eng"),
            ("pt-BR", "pt-BR", "por"), ("fil", "fil", "fil"), ("qaa", "qaa", "qaa"),
            ("English", "und", "und"), ("", "und", "und"), ("e\"n", "und", "und"),
            ("en-", "und", "und"),
        ])
    func languages(source: String, tag: String, code: String) {
        #expect(LanguageTag.tag(source) == tag)
        #expect(LanguageTag.code(source) == code)
    }
}
