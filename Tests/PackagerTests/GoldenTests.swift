import Foundation
import Testing
import TranscodeModel

@testable import Packager

@Suite("Playlists and manifests, word for word")
struct GoldenTests {
    /// Compares with the file `Goldens/NAME`. With REELMILL_WRITE_GOLDENS set, writes it instead, and fails, so
    /// that a person reads the difference before it counts.
    func expectGolden(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Goldens/\(name)")
        if ProcessInfo.processInfo.environment["REELMILL_WRITE_GOLDENS"] != nil {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("\(name) was written")
            return
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }

    @Test(
        "every text file of an output",
        arguments: [
            "master.m3u8", "manifest.mpd", "video/v720.m3u8", "video/v720-iframes.m3u8",
            "audio/a1.m3u8", "images/thumbnails.vtt",
        ])
    func text(path: String) throws {
        let files = Manifests.files(PresentationFixture.presentation)
        let file = try #require(files.first { $0.path == path })
        try expectGolden(path.replacingOccurrences(of: "/", with: "-"), file.text)
    }

    @Test("the files of a presentation, and no others")
    func paths() {
        #expect(
            Manifests.files(PresentationFixture.presentation).map(\.path) == [
                "master.m3u8", "manifest.mpd", "video/v720.m3u8", "video/v720-iframes.m3u8",
                "video/v360.m3u8", "video/v360-iframes.m3u8", "audio/a1.m3u8", "audio/a2.m3u8",
                "images/thumbnails.vtt",
            ])
    }

    @Test("declared rates are those of the bytes: the peak over any window, the average over all")
    func rates() throws {
        let presented = PresentationFixture.presentation.video[0]
        let segments = presented.segments
        // Segments of 6, 6 and 1 s; the last is too short for a peak by itself, but counts with the one
        // before it.
        #expect(segments.map(\.duration) == [144_000, 144_000, 24_000])
        #expect(segments.map(\.extent.length) == [1_500_300, 1_501_200, 500_600])
        // 28,016,800 bits in 13 s; at most 16,014,400 in the last 7 s.
        #expect(presented.rates.average == 2_155_139)
        #expect(presented.rates.peak == 2_287_772)
    }

    @Test("nothing that a source calls its tracks can end a line or an attribute")
    func hostileTitles() throws {
        let master = MasterPlaylist.text(PresentationFixture.presentation)
        for line in master.split(separator: "\n") where line.contains("Voix") {
            #expect(line.hasPrefix("#EXT-X-MEDIA:"))
            #expect(line.filter { $0 == "\"" }.count % 2 == 0)
            #expect(!line.contains("CHANNELS=9,") && line.contains("URI=\"audio/a2.m3u8\""))
        }
        #expect(!master.split(separator: "\n").contains { $0.hasPrefix("CHANNELS") })
    }
}
