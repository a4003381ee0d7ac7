import Foundation
import Testing
import TranscodeModel

@Suite("Documents of an older version stay readable")
struct OlderDocumentTests {
    private func without(_ keys: [String], _ value: some Encodable) throws -> Data {
        let data = try JSONEncoder().encode(value)
        var object = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in keys { #expect(object.removeValue(forKey: key) != nil, "\(key)") }
        return try JSONSerialization.data(withJSONObject: object)
    }

    @Test("an index without text, chapters and cover art has none")
    func index() throws {
        var index = SourceIndex(
            container: "mov", byteCount: 1, video: [], audio: [], omitted: [], warnings: ["w"])
        let data = try without(["text", "chapters", "coverArt"], index)
        #expect(try JSONDecoder().decode(SourceIndex.self, from: data) == index)
        index.chapters = [Chapter(start: .zero, end: .one, title: "a")]
        index.coverArt = [CoverArt(streamIndex: 1, codec: "png", width: 2, height: 3)]
        let whole = try JSONEncoder().encode(index)
        #expect(try JSONDecoder().decode(SourceIndex.self, from: whole) == index)
        #expect(String(decoding: whole, as: UTF8.self).contains("\"chapters\":[{"))
    }

    @Test("a plan and a profile without text have none")
    func plan() throws {
        let profile = Profile(
            name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)
        let plan = Plan(
            source: try #require(Digest(hex: String(repeating: "ab", count: 32))),
            profile: profile, packaging: .cmaf, video: nil, audio: [], images: nil, units: [],
            warnings: [])
        let data = try without(["text", "chapters"], plan)
        #expect(try JSONDecoder().decode(Plan.self, from: data) == plan)
        #expect(plan.profile.text == nil)
    }

    @Test("titles are short and on one line")
    func titles() {
        #expect(TextBounds.title("  a\u{0}b\nc\u{2028} ") == "a b c")
        let long = TextBounds.title(String(repeating: "é", count: 5000))
        #expect(long == String(repeating: "é", count: TextBounds.titleMaximum))
        let stacked = TextBounds.title("e" + String(repeating: "\u{301}", count: 5000))
        #expect(stacked.unicodeScalars.count <= 2 * TextBounds.titleMaximum)
    }
}
