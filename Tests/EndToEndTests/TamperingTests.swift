import ContentDigest
import Foundation
import Packager
import Testing
import TranscodeModel

/// Each fault is tried twice: as damage, and by a liar who has written the new hash into the receipt, so
/// that structure, timing and counts must be seen by themselves.
@Suite("Verify fails on each fault, with the file and the rule", .serialized)
struct TamperingTests {
    private static let path = "video/v180.mp4"

    private func makeOutput() throws -> Scene {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 4)
        let ending = try scene.transcode("clip.mp4", to: "out")
        try #require(ending.status == 0, "\(ending.errors)")
        let sound = try scene.reelmill(["verify", scene.path("out")])
        try #require(sound.status == 0, "\(sound.output)")
        return scene
    }

    private func rules(_ scene: Scene) throws -> Set<String> {
        let ending = try scene.reelmill(["verify", scene.path("out"), "--json"])
        let outputs = try #require(try ending.json()["outputs"] as? [[String: Any]])
        let findings = try #require(outputs.first?["findings"] as? [[String: Any]])
        #expect(ending.status == (findings.isEmpty ? 0 : 5))
        return Set(findings.compactMap { $0["rule"] as? String })
    }

    private func url(_ scene: Scene, _ name: String) -> URL {
        URL(fileURLWithPath: scene.path("out/" + name))
    }

    /// Writes the truth about a changed file into the receipt.
    private func forgeReceipt(_ scene: Scene, for name: String) throws {
        let receiptURL = url(scene, "receipt.json")
        var receipt = try Receipt.read([UInt8](try Data(contentsOf: receiptURL)), name: "receipt")
        let bytes = [UInt8](try Data(contentsOf: url(scene, name)))
        let index = try #require(receipt.files.firstIndex { $0.path == name })
        receipt.files[index].sha256 = Digest.sha256(bytes)
        receipt.files[index].bytes = Int64(bytes.count)
        try Data(receipt.bytes()).write(to: receiptURL)
    }

    private func fragments(_ data: Data) throws -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var offset = 0
        while offset + 8 <= data.count {
            let size = data[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
            let type = String(decoding: data[(offset + 4)..<(offset + 8)], as: UTF8.self)
            if type == "moof" { ranges.append(offset..<(offset + size)) }
            if type == "mdat", let last = ranges.indices.last {
                ranges[last] = ranges[last].lowerBound..<(offset + size)
            }
            offset += size
        }
        return ranges
    }

    private func expectFault(
        _ name: String, _ file: String = path, byRule rule: String,
        change: (inout Data) throws -> Void
    ) throws {
        let scene = try makeOutput()
        var data = try Data(contentsOf: url(scene, file))
        let before = data
        try change(&data)
        #expect(data != before, "\(name): nothing was changed")
        try data.write(to: url(scene, file))
        let damage = try rules(scene)
        #expect(damage.contains("hash") || damage.contains("size"), "\(name): \(damage)")
        try forgeReceipt(scene, for: file)
        let lie = try rules(scene)
        #expect(!lie.contains("hash") && !lie.contains("size"), "\(name): \(lie)")
        #expect(lie.contains(rule), "\(name): \(lie)")
    }

    @Test("a byte changed anywhere in a track")
    func byteChanged() throws {
        let scene = try makeOutput()
        let whole = try Data(contentsOf: url(scene, Self.path))
        for position in stride(from: 0, to: whole.count, by: whole.count / 40) {
            var data = whole
            data[position] ^= 1
            try data.write(to: url(scene, Self.path))
            #expect(try rules(scene).contains("hash"), "byte \(position)")
        }
        try whole.write(to: url(scene, Self.path))
        #expect(try rules(scene).isEmpty)
    }

    @Test("a fragment dropped")
    func dropped() throws {
        try expectFault("dropped", byRule: "count") { data in
            data.removeSubrange(try fragments(data)[2])
        }
    }

    @Test("a fragment doubled")
    func doubled() throws {
        try expectFault("doubled", byRule: "count") { data in
            let range = try fragments(data)[2]
            data.insert(contentsOf: data[range], at: range.upperBound)
        }
    }

    @Test("sound where pictures are due", arguments: ["video/v180.mp4", "video/v90.mp4"])
    func soundForPictures(file: String) throws {
        let scene = try makeOutput()
        try Data(contentsOf: url(scene, "audio/a1.mp4")).write(to: url(scene, file))
        try forgeReceipt(scene, for: file)
        #expect(try rules(scene).contains("structure"))
    }

    @Test("two fragments swapped")
    func swapped() throws {
        // The reader sees that times go back, before anything is compared with the plan.
        try expectFault("swapped", byRule: "structure") { data in
            let ranges = try fragments(data)
            let (first, second) = (data[ranges[1]], data[ranges[2]])
            data.replaceSubrange(
                ranges[1].lowerBound..<ranges[2].upperBound, with: second + first)
        }
    }

    @Test("a wrong tfdt, by one tick")
    func wrongDecodeTime() throws {
        try expectFault("tfdt", byRule: "timing") { data in
            let range = try fragments(data)[1]
            let box = try #require(data.range(of: Data("tfdt".utf8), in: range))
            // Type, then version and flags, then a 32-bit or 64-bit time.
            let last = box.upperBound + 4 + (data[box.upperBound] == 1 ? 8 : 4) - 1
            data[last] ^= 1
        }
    }

    @Test("a wrong BANDWIDTH, by one bit a second")
    func wrongBandwidth() throws {
        try expectFault("BANDWIDTH", "master.m3u8", byRule: "manifest") { data in
            let text = String(decoding: data, as: UTF8.self)
            let range = try #require(
                text.range(of: #":BANDWIDTH=\d+"#, options: .regularExpression))
            let value = try #require(Int(text[range].dropFirst(11)))
            data = Data(text.replacingCharacters(in: range, with: ":BANDWIDTH=\(value + 1)").utf8)
        }
    }

    @Test("a wrong byte range, a wrong duration, a cut playlist, a changed thumbnail list")
    func manifests() throws {
        func edit(_ pattern: String, _ replacement: String) -> (inout Data) throws -> Void {
            { data in
                let text = String(decoding: data, as: UTF8.self)
                data = Data(
                    text.replacingOccurrences(
                        of: pattern, with: replacement, options: .regularExpression
                    ).utf8)
            }
        }
        try expectFault(
            "range", "video/v180.m3u8", byRule: "manifest",
            change: edit(#"BYTERANGE:(\d)"#, "BYTERANGE:1$1"))
        try expectFault(
            "duration", "video/v180.m3u8", byRule: "manifest", change: edit("EXTINF:1", "EXTINF:2"))
        try expectFault(
            "end", "video/v90.m3u8", byRule: "manifest", change: edit("#EXT-X-ENDLIST\n", ""))
        try expectFault(
            "thumbnails", "images/thumbnails.vtt", byRule: "manifest",
            change: edit("00:00", "00:01"))
        try expectFault(
            "MPD", "manifest.mpd", byRule: "manifest", change: edit("bandwidth=\"", "bandwidth=\"9")
        )
    }

    @Test("a file missing, and a file too many")
    func files() throws {
        let scene = try makeOutput()
        try Data("x".utf8).write(to: url(scene, "video/extra.mp4"))
        #expect(try rules(scene) == ["unexpected"])
        try FileManager.default.removeItem(at: url(scene, "video/extra.mp4"))
        try FileManager.default.removeItem(at: url(scene, "images/poster.jpg"))
        #expect(try rules(scene).contains("missing"))
        try FileManager.default.removeItem(at: url(scene, "receipt.json"))
        let ending = try scene.reelmill(["verify", scene.path("out")])
        #expect(ending.status == 5)
        #expect(ending.output.contains("receipt.json"))
    }
}
