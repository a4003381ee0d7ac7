import Foundation
import ProfileCatalog
import Testing
import TranscodeModel

@Suite("Profiles: terse, extended, and wrong ones named by file, line and key")
struct ProfileCatalogTests {
    private struct Missing: Error {}
    private func nothing(_ path: String) throws -> String { throw Missing() }

    private func lint(_ body: String, files: [String: String] = [:]) -> [String] {
        ProfileCatalog.lint(text: "schema: 1\nname: mine\n" + body, file: "mine.yaml") { path in
            guard let text = files[path] else { throw Missing() }
            return text
        }.map(\.description)
    }

    @Test("every shipped profile loads", arguments: ProfileCatalog.shippedNames)
    func shipped(name: String) throws {
        let profile = try ProfileCatalog.load(name, reading: nothing)
        #expect(profile.name == name)
        #expect(!profile.summary.isEmpty)
    }

    @Test("an extended profile keeps what it does not say, and can take parts away")
    func extends() throws {
        let web = try ProfileCatalog.load("web", reading: nothing)
        let hevc = try ProfileCatalog.load("hevc", reading: nothing)
        #expect(hevc.video?.codec == .hevc)
        #expect(hevc.video?.parameters == [:])
        #expect(hevc.video?.segmentDurationSeconds == web.video?.segmentDurationSeconds)
        #expect(hevc.audio == web.audio)
        let thumbs = try ProfileCatalog.load("thumbs", reading: nothing)
        #expect(thumbs.video == nil && thumbs.audio == nil && thumbs.images == web.images)
    }

    @Test("timestamps are those of the usual rate, unless a profile says otherwise")
    func timestamps() throws {
        let web = try ProfileCatalog.load("web") { _ in "" }
        #expect(web.video?.timestamps == .nominal)
        let mine = try ProfileCatalog.load("mine.yaml") { _ in
            "schema: 1\nname: mine\nextends: web\nvideo: {timestamps: source}"
        }
        #expect(mine.video?.timestamps == .source)
    }

    @Test(
        "nothing is played early unless a profile says so, and one that extends it can take it back"
    )
    func early() throws {
        #expect(try ProfileCatalog.load("web", reading: nothing).publish == nil)
        func load(_ publish: String, extending base: String) throws -> Profile {
            try ProfileCatalog.load("mine.yaml") { path in
                path == "mine.yaml"
                    ? "schema: 1\nname: mine\nextends: \(base)\npublish: \(publish)"
                    : "schema: 1\nname: base\nextends: web\npublish: {early: true}"
            }
        }
        let early = try load("{early: true}", extending: "web")
        #expect(early.publish == PublishSettings(early: true) && early.playsEarly)
        #expect(try load("{}", extending: "base.yaml").playsEarly)
        // What is off is as what was never said: the same profile, with the same digest.
        for off in ["{early: false}", "none"] {
            let profile = try load(off, extending: "base.yaml")
            #expect(profile.publish == nil)
            #expect(
                try JSONEncoder().encode(profile).range(of: Data("publish".utf8)) == nil)
        }
    }

    @Test(
        "nothing is passed through unless a profile says so, and one that extends it can take it back"
    )
    func passthrough() throws {
        #expect(try ProfileCatalog.load("web", reading: nothing).video?.passthrough == nil)
        func load(_ video: String) throws -> Profile {
            try ProfileCatalog.load("mine.yaml") { path in
                path == "mine.yaml"
                    ? "schema: 1\nname: mine\nextends: base.yaml\nvideo: \(video)"
                    : "schema: 1\nname: base\nextends: web\nvideo: {passthrough: true}"
            }
        }
        #expect(try load("{quality: 20}").video?.passthrough == true)
        // What is off is as what was never said: the same profile, with the same digest.
        let off = try load("{passthrough: false}")
        #expect(off.video?.passthrough == nil)
        #expect(try JSONEncoder().encode(off).range(of: Data("passthrough".utf8)) == nil)
    }

    @Test("parameters are merged key by key")
    func parameters() throws {
        let profile = try ProfileCatalog.load("mine.yaml") { _ in
            "schema: 1\nname: mine\nextends: web\nvideo: {parameters: {ref: 3, me: umh}}"
        }
        #expect(
            profile.video?.parameters == ["ref": "3", "me": "umh", "partitions": "i4x4,i8x8"])
    }

    @Test(
        "each kind of mistake has its own message",
        arguments: [
            (
                "colour: red",
                "mine.yaml:3:9: colour: is not known here; allowed are schema, name, summary, "
                    + "extends, video, audio, images, text, packaging, damage, publish"
            ),
            (
                "video: {codec: mpeg2}",
                "mine.yaml:3:16: video.codec: must be one of h264, hevc, av1"
            ),
            (
                "video: {bit-depth: 9}",
                "mine.yaml:3:20: video.bit-depth: must be 8 or 10"
            ),
            (
                "video: {bit-depth: 10}",
                "mine.yaml:1:1: video.bit-depth: few players show h264 in 10 bits; use hevc or av1, "
                    + "or 8"
            ),
            (
                "video: {dynamic-range: high}",
                "mine.yaml:3:24: video.dynamic-range: must be one of standard, source"
            ),
            (
                "video: {deinterlace: no}",
                "mine.yaml:3:22: video.deinterlace: must be one of frame, field"
            ),
            (
                "video: {timestamps: vfr}",
                "mine.yaml:3:21: video.timestamps: must be one of nominal, source"
            ),
            (
                "video: {max-fps: 100000001/2000000}",
                "mine.yaml:3:18: video.max-fps: must be a rate from 1 to 240, such as 60 or "
                    + "30000/1001"
            ),
            (
                "video: {quality: 99}",
                "mine.yaml:3:18: video.quality: must be a whole number from 0 to 63"
            ),
            (
                "video: {quality: 60}",
                "mine.yaml:1:1: video.quality: 60 is out of range: h264 has 0 to 51"
            ),
            (
                "video:\n  keyframe: 4s\n  segment: 6s",
                "mine.yaml:1:1: video.segment: 6s is not a multiple of the keyframe interval of 4s"
            ),
            (
                "video: {ladder: [720]}",
                "mine.yaml:3:18: video.ladder: “720” is not a rung; write lines and average kbit/s, "
                    + "such as 720p@3000 (16 to 8640 lines, 10 to 200000 kbit/s)"
            ),
            (
                "video: {segment: 6}",
                "mine.yaml:3:18: video.segment: must be whole seconds from 1s to 30s, such as 6s"
            ),
            ("video: 7", "mine.yaml:3:8: video: must be keys and values, or “none”"),
            ("packaging: cmaf", "mine.yaml:1:1: packaging: cmaf needs video or audio"),
            (
                "extends: nobody",
                "mine.yaml:1:1: extends: there is no profile named nobody; there are web, mp4, "
                    + "hevc, av1, audio, thumbs, or give the path of a .yaml file"
            ),
            (
                "text: {tracks: 0}",
                "mine.yaml:3:16: text.tracks: must be a whole number from 1 to 64"
            ),
            (
                "extends: thumbs\ntext: {tracks: 3}",
                "mine.yaml:1:1: text: images carries no text; write “text: none”"
            ),
            (
                "video: {passthrough: 1}",
                "mine.yaml:3:22: video.passthrough: must be true or false"
            ),
            ("publish: {early: soon}", "mine.yaml:3:18: publish.early: must be true or false"),
            (
                "extends: mp4\npublish: {early: true}",
                "mine.yaml:1:1: publish.early: only cmaf packaging with video is played early; write "
                    + "“publish: none”"
            ),
            (
                "extends: audio\npublish: {early: true}",
                "mine.yaml:1:1: publish.early: only cmaf packaging with video is played early; write "
                    + "“publish: none”"
            ),
            ("audio: {surround: 7.1}", "mine.yaml:3:19: audio.surround: must be none or 5.1"),
            (
                "audio: {loudness: -3}",
                "mine.yaml:3:19: audio.loudness: must be none, or LUFS from -36 to -5, such as -16"
            ),
            (
                "audio: {true-peak: 1}",
                "mine.yaml:3:20: audio.true-peak: must be dBTP from -9 to 0, such as -1"
            ),
            (
                "audio: {surround-bitrate: 64}",
                "mine.yaml:3:27: audio.surround-bitrate: must be a whole number from 128 to 768"
            ),
            ("video: {codec: h264", "mine.yaml:4:1: this is not valid YAML"),
            (
                "video: {parameters: {a: \"1:b=2\"}}",
                "mine.yaml:3:25: video.parameters.a: must be one word or number, without : or ="
            ),
        ])
    func mistakes(body: String, message: String) {
        #expect(lint(body) == [message])
    }

    @Test("surround and loudness are asked for, inherited and taken back")
    func sound() throws {
        func audio(_ body: String) throws -> AudioSettings {
            let profile = try ProfileCatalog.load("mine.yaml") { path in
                path == "base.yaml"
                    ? "schema: 1\nname: base\nextends: web\n"
                        + "audio: {surround: 5.1, loudness: -16.5, true-peak: -0.5}"
                    : "schema: 1\nname: mine\nextends: base.yaml\n" + body
            }
            return try #require(profile.audio)
        }
        let plain = try #require(try ProfileCatalog.load("web", reading: nothing).audio)
        #expect(plain.surround == nil && plain.loudness == nil)
        let inherited = try audio("audio: {surround-bitrate: 448}")
        #expect(inherited.surround == SurroundSettings(kilobitsPerSecond: 448))
        #expect(
            inherited.loudness
                == LoudnessTarget(integrated: Rational(-33, 2), truePeak: Rational(-1, 2)))
        let taken = try audio("audio: {surround: none, loudness: none}")
        #expect(taken == plain)
    }

    @Test("a profile that was stored before surround and loudness is still read")
    func stored() throws {
        let old = #"{"codec":"aac","kilobitsPerSecond":128,"tracksMaximum":8}"#
        let settings = try JSONDecoder().decode(AudioSettings.self, from: Data(old.utf8))
        #expect(
            settings == AudioSettings(codec: .aac, kilobitsPerSecond: 128, tracksMaximum: 8))
    }

    @Test("profiles that extend each other are refused")
    func cycle() {
        let found = lint(
            "extends: ./other.yaml\nvideo: {codec: h264}",
            files: ["./other.yaml": "schema: 1\nname: other\nextends: ./other.yaml"])
        #expect(found == ["mine.yaml:1:1: extends: ./other.yaml extends this profile in turn"])
    }
}
