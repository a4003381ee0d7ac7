import Foundation
import Testing
import TranscodeModel

@testable import ProfileCatalog

@Suite("The schema of profiles is what the reader does and what the page says")
struct ProfileSchemaTests {
    private let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/profiles.md")

    /// With REELMILL_WRITE_GOLDENS set, the page is written instead, and the test fails, so that a person reads it.
    @Test("the reference in docs/profiles.md is that of the schema")
    func reference() throws {
        let (begin, end) = ("<!-- reference: begin -->\n", "<!-- reference: end -->")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: begin)?.upperBound)
        let stop = try #require(text.range(of: end)?.lowerBound)
        if ProcessInfo.processInfo.environment["REELMILL_WRITE_GOLDENS"] != nil {
            let fresh = text[..<start] + ProfileSchema.markdown + text[stop...]
            try String(fresh).write(to: page, atomically: true, encoding: .utf8)
            Issue.record("docs/profiles.md was written")
            return
        }
        #expect(
            String(text[start..<stop]) == ProfileSchema.markdown,
            "Run REELMILL_WRITE_GOLDENS=1 swift test --disable-xctest --filter ProfileSchemaTests")
    }

    private func resolve(_ body: String) throws -> Profile {
        try ProfileCatalog.load("mine.yaml") { _ in "schema: 1\nname: mine\n" + body }
    }

    /// A profile that says one key more than what it must.
    private func body(_ key: ProfileSchema.Key?, _ value: String) -> String {
        func part(_ name: String, _ always: String) -> String {
            let own = key?.parent == name ? ", \(key?.name ?? ""): \(value)" : ""
            return "\(name): {\(always)\(own)}\n"
        }
        let top = key?.parent == "" ? "\(key?.name ?? ""): \(value)\n" : ""
        return top + part("video", "keyframe: 2s") + part("audio", "tracks: 8")
            + part("images", "width: 160") + part("text", "tracks: 8")
    }

    @Test(
        "each default is what holds when nothing is said", arguments: ProfileSchema.keys.map(\.path)
    )
    func defaults(path: String) throws {
        let key = ProfileSchema.key(path)
        guard let standard = key.standard else { return }
        if case .part = key.form {
            let silent = try resolve("packaging: cmaf\naudio: {codec: aac}\nvideo: {codec: h264}\n")
            #expect(path != "images" || silent.images == nil)
            #expect(standard == "none")
            return
        }
        // What the base says already needs no second word.
        guard !["video.keyframe", "audio.tracks", "images.width", "text.tracks"].contains(path)
        else {
            let other = body(nil, "").replacing(": 2s", with: ": 1s").replacing(": 8", with: ": 7")
                .replacing(": 160", with: ": 100")
            #expect(try resolve(other) != resolve(body(nil, "")))
            let unsaid =
                "video: {codec: h264}\naudio: {codec: aac}\nimages: {poster: 720}\ntext: {}\n"
            #expect(try resolve(unsaid) == resolve(body(nil, "")))
            return
        }
        // The surround rate and the peak say nothing without what they belong to.
        let more = [
            "audio.surround-bitrate": "surround: 5.1", "audio.true-peak": "loudness: -16",
        ][path].map { "audio: {tracks: 8, \($0)" }
        func whole(_ text: String) -> String {
            more.map { text.replacing("audio: {tracks: 8", with: $0) } ?? text
        }
        let plain = try resolve(whole(body(nil, "")))
        #expect(try resolve(whole(body(key, standard))) == plain)
    }

    @Test("the ends of each range are taken, and what is beyond them is not")
    func ranges() throws {
        for key in ProfileSchema.keys {
            let parent = key.parent
            func lint(_ value: String) -> Bool {
                let inner =
                    parent.isEmpty
                    ? "\(key.name): \(value)\n" : "\(parent): {\(key.name): \(value)}\n"
                return ProfileCatalog.lint(
                    text: "schema: 1\nname: mine\n" + inner, file: "mine.yaml",
                    reading: { _ in "" }
                ).allSatisfy { $0.line == 1 }
            }
            switch key.form {
            case .number(let range):
                #expect(lint("\(range.lowerBound)") && lint("\(range.upperBound)"), "\(key.path)")
                #expect(!lint("\(range.lowerBound - 1)") && !lint("\(range.upperBound + 1)"))
            case .seconds(let range):
                #expect(lint("\(range.lowerBound)s") && lint("\(range.upperBound)s"), "\(key.path)")
                #expect(!lint("\(range.lowerBound - 1)s") && !lint("\(range.upperBound + 1)s"))
            case .decibels(let range, _, let orNone):
                #expect(lint("\(range.lowerBound)") && lint("\(range.upperBound)"), "\(key.path)")
                #expect(!lint("\(range.lowerBound - 1)") && !lint("\(range.upperBound + 1)"))
                #expect(lint("none") == orNone)
            case .rate(let range):
                #expect(lint("\(range.lowerBound)") && lint("\(range.upperBound)"))
                #expect(!lint("\(range.lowerBound - 1)") && !lint("\(range.upperBound + 1)"))
            case .grid(let range):
                #expect(lint("\(range.lowerBound)x\(range.upperBound)"))
                #expect(!lint("\(range.upperBound + 1)x1"))
            case .choice(let names):
                for name in names { #expect(lint(name), "\(key.path): \(name)") }
                #expect(!lint("nonsense"))
            case .numbers(let all) where key.path != "schema":
                for number in all { #expect(lint("\(number)")) }
                #expect(!lint("9"))
            case .flag:
                #expect(lint("true") && lint("false"))
                #expect(!lint("soon") && !lint("1"))
            case .text, .numbers, .ladder, .parameters, .part: break
            }
        }
    }
}
