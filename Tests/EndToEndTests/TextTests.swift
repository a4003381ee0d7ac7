import ContentDigest
import Foundation
import Packager
import Testing
import TranscodeModel

/// Subtitles, chapters and cover art, from upload to output.
@Suite("Text reaches the output, checked", .serialized)
struct TextTests {
    private func makeScene() throws -> Scene {
        let scene = try Scene()
        try scene.makeClip("base.mp4", seconds: 4)
        try
            "1\n00:00:00,500 --> 00:00:01,250\n<i>one</i> & two\n\n2\n00:00:01,500 --> 00:00:09,000\nthree\n"
            .write(toFile: scene.path("a.srt"), atomically: true, encoding: .utf8)
        try "1\n00:01:00,000 --> 00:01:01,000\nlate\n"
            .write(toFile: scene.path("b.srt"), atomically: true, encoding: .utf8)
        try """
        ;FFMETADATA1
        [CHAPTER]
        TIMEBASE=1/1000
        START=0
        END=1500
        title=Intro
        [CHAPTER]
        TIMEBASE=1/1000
        START=1500
        END=60000
        title=<Rest>
        """.write(toFile: scene.path("c.txt"), atomically: true, encoding: .utf8)
        let ending = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-i", scene.path("base.mp4"), "-i",
                scene.path("a.srt"), "-i", scene.path("b.srt"), "-i", scene.path("c.txt"), "-map",
                "0", "-map", "1", "-map", "2", "-map_metadata", "3", "-c", "copy", "-c:s", "srt",
                "-metadata:s:s:0", "language=ger", scene.path("clip.mkv"),
            ])
        try #require(ending.status == 0, "\(ending.errors)")
        return scene
    }

    private func textFiles(_ scene: Scene, _ output: String) throws -> Set<String> {
        Set(
            try scene.contents(output).keys.filter {
                $0.hasSuffix(".vtt") && !$0.hasPrefix("images")
            })
    }

    @Test func packagedForStreaming() throws {
        let scene = try makeScene()
        let ending = try scene.transcode("clip.mkv", to: "out")
        try #require(ending.status == 0, "\(ending.errors)")
        #expect(ending.errors.contains("t2 is left out: stream 3 has nothing to show."))
        #expect(
            try textFiles(scene, "out") == ["text/t1.vtt", "text/t1-segments.vtt", "chapters.vtt"])
        // Another reader sees the words and the times of the source.
        let read = String(
            decoding: try scene.ffmpeg(["-i", scene.path("out/text/t1.vtt"), "-f", "srt"]),
            as: UTF8.self)
        #expect(
            read.replacingOccurrences(of: "\r", with: "") == """
                1
                00:00:00,500 --> 00:00:01,250
                <i>one</i> & two

                2
                00:00:01,500 --> 00:00:04,000
                three


                """)
        let master = try String(contentsOfFile: scene.path("out/master.m3u8"), encoding: .utf8)
        #expect(master.contains("TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"German\",LANGUAGE=\"de\""))
        #expect(!master.contains("text/t2.m3u8"))
        #expect(
            try scene.ffprobe([
                "-show_entries", "stream=codec_type", "-of", "csv=p=0",
                scene.path("out/master.m3u8"),
            ]).contains("video"))
        try expectFaultsFound(scene)
    }

    /// Changed by a liar who has written the new hash into the receipt.
    private func expectFaultsFound(_ scene: Scene) throws {
        let url = URL(fileURLWithPath: scene.path("out/text/t1.vtt"))
        let whole = try String(contentsOf: url, encoding: .utf8)
        let receiptURL = URL(fileURLWithPath: scene.path("out/receipt.json"))
        let receipt = try Data(contentsOf: receiptURL)
        for (old, new) in [
            ("three", "<script>"), ("three", "other"), ("00:00:04.000", "00:00:04.001"),
            ("WEBVTT\n", "WEBVTT\n\nSTYLE\n"),
        ] {
            let text = whole.replacingOccurrences(of: old, with: new)
            try #require(text != whole)
            try text.write(to: url, atomically: true, encoding: .utf8)
            var lie = try Receipt.read([UInt8](receipt), name: "receipt")
            let index = try #require(lie.files.firstIndex { $0.path == "text/t1.vtt" })
            lie.files[index].sha256 = Digest.sha256(Array(text.utf8))
            lie.files[index].bytes = Int64(text.utf8.count)
            try Data(lie.bytes()).write(to: receiptURL)
            let ending = try scene.reelmill(["verify", scene.path("out")])
            #expect(ending.status == 5 && ending.output.contains("text/t1"), "\(new)")
        }
        try whole.write(to: url, atomically: true, encoding: .utf8)
        try receipt.write(to: receiptURL)
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
        try FileManager.default.removeItem(at: url)
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 5)
    }

    @Test func packagedAsOneFile() throws {
        let scene = try makeScene()
        try """
        schema: 1
        extends: mp4
        name: one
        video: {preset: veryfast, ladder: [90p@100]}
        """.write(toFile: scene.path("one.yaml"), atomically: true, encoding: .utf8)
        let ending = try scene.reelmill([
            "transcode", scene.path("clip.mkv"), "-o", scene.path("out"), "--profile",
            scene.path("one.yaml"), "--workers", "2",
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        #expect(try Set(scene.contents("out").keys) == ["video.mp4", "text/t1.vtt"])
        let chapters = try scene.ffprobe([
            "-show_chapters", "-show_entries", "chapter=start_time,end_time:chapter_tags=title",
            "-of", "csv=p=0", scene.path("out/video.mp4"),
        ])
        // The muxer made room for the sound's priming: the source's first picture is at 21 ms.
        #expect(chapters == ["0.000000,1.479000,Intro", "1.479000,4.000000,<Rest>"])
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
    }

    @Test func coverArtIsThePosterOfSound() throws {
        let scene = try makeScene()
        func make(_ arguments: [String]) throws {
            let ending = try scene.run(
                "/usr/bin/env", ["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments)
            try #require(ending.status == 0, "\(ending.errors)")
        }
        try make([
            "-f", "lavfi", "-i", "testsrc2=s=300x200", "-frames:v", "1", scene.path("cover.png"),
        ])
        try make([
            "-i", scene.path("base.mp4"), "-i", scene.path("cover.png"), "-map", "0:a", "-map",
            "1", "-c:a", "libmp3lame", "-c:v", "copy", "-disposition:v", "attached_pic",
            scene.path("song.mp3"),
        ])
        let ending = try scene.transcode("song.mp3", to: "song")
        try #require(ending.status == 0, "\(ending.errors)")
        #expect(
            try scene.ffprobe([
                "-show_entries", "stream=width,height", "-of", "csv=p=0",
                scene.path("song/images/poster.jpg"),
            ]) == ["300,200"])
        #expect(!scene.isThere("song/images/thumbnails.vtt"))
        // The picture's header is whole, and nothing after it is.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("song.mp3")))
        let place = try #require(bytes.range(of: Data("IDAT".utf8)))
        bytes.replaceSubrange(
            place.upperBound..<(place.upperBound + 2000), with: Data(count: 2000))
        try bytes.write(to: URL(fileURLWithPath: scene.path("broken.mp3")))
        let broken = try scene.transcode("broken.mp3", to: "broken")
        try #require(broken.status == 0, "\(broken.errors)")
        #expect(broken.errors.contains("there is no poster"), "\(broken.errors)")
        #expect(!scene.isThere("broken/images/poster.jpg"))
        #expect(try scene.reelmill(["verify", scene.path("broken")]).status == 0)
    }
}
