import Foundation
import Testing

@testable import reelmill

@Suite("Bench: throughput, measured end to end")
struct BenchCommandTests {
    private func bench(
        _ scene: Scene, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Scene.Ending {
        let temporary = scene.path("tmp")
        try FileManager.default.createDirectory(
            atPath: temporary, withIntermediateDirectories: true)
        let ending = try scene.reelmill(
            ["bench", "transcode"] + arguments + [
                "--profile", scene.path("small.yaml"), "--workers", "2",
            ], environment: environment.merging(["TMPDIR": temporary]) { $1 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
        return ending
    }

    private func number(_ value: Any?) -> Double {
        guard let number = value as? NSNumber else {
            Issue.record("a number is missing")
            return .nan
        }
        return number.doubleValue
    }

    private func list(_ value: Any?) throws -> [[String: Any]] {
        try #require(value as? [[String: Any]])
    }

    @Test(
        "two runs beside ffmpeg in two ways: all samples, the split, quality, targets and the timeline"
    )
    func compared() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 4)
        let ending = try bench(
            scene,
            [
                scene.path("clip.mp4"), "--runs", "2", "--warm-ups", "0", "--compare", "ffmpeg",
                "--rival-preset", "ultrafast", "--targets", "--json", "--timeline",
                scene.path("run.svg"),
            ])
        #expect(ending.status == 0, "\(ending.errors)")
        let report = try #require(try ending.json()["bench"] as? [String: Any])
        let series = try #require(report["series"] as? [String: Any])
        let samples = try list(series["samples"])
        #expect(samples.count == 2)
        for sample in samples {
            let details = try #require(sample["details"] as? [String: Any])
            let split = try #require(details["split"] as? [String: Any])
            let parts = try list(split["parts"])
            let sum = parts.reduce(0) { $0 + number($1["cpuSeconds"]) }
            let total = number(split["total"])
            #expect(abs(sum - total) < 1e-6)
            #expect(total == number(sample["cpuSeconds"]))
            let names = Set(parts.compactMap { $0["name"] as? String })
            #expect(
                names.isSuperset(of: [
                    "read", "decode", "scale", "encode", "mux", "start-up", "hash", "ledger",
                    "join",
                    "other",
                ]))
            for part in parts
            where ["decode", "encode", "hash", "ledger"].contains(part["name"] as? String) {
                #expect(number(part["cpuSeconds"]) > 0)
            }
            let memory = try #require(sample["memory"] as? [String: Any])
            #expect(number(memory["bytes"]) > 10_000_000)
            #expect(number(details["readySeconds"]) > 0)
        }
        let rivals = try list(report["rivals"])
        #expect(rivals.count == 2)
        #expect(rivals[0]["equalQuality"] == nil)
        let equal = try list(rivals[1]["equalQuality"])
        let metrics = try equal.map {
            try #require($0["rival"] as? [String: Any])["metric"] as? String
        }
        #expect(metrics.prefix(2) == ["ssim", "psnr"])
        for rival in rivals {
            let series = try #require(rival["series"] as? [String: Any])
            let samples = try list(series["samples"])
            #expect(samples.count == 2)
            #expect(number(rival["cpuRatio"]) > 0)
        }
        // Plain means that nothing of the profile's is left, and identical that all of it is there.
        func command(_ rival: [String: Any]) throws -> [String] {
            let series = try #require(rival["series"] as? [String: Any])
            return try #require((series["commands"] as? [[String]])?.first)
        }
        let (identical, plain) = (try command(rivals[0]), try command(rivals[1]))
        #expect(identical.contains { $0.contains("ref=1") })
        #expect(!plain.contains { $0.contains("ref=1") } && plain.contains("ultrafast"))
        let quality = try list(report["quality"])
        #expect(quality.count == 2)
        for line in quality {
            let entries = try list(line["entries"])
            // Ours, both rivals, and one of them at two more settings.
            #expect(entries.count == 5)
            for entry in entries {
                let found = try #require(entry["quality"] as? [String: Any])
                #expect((0.5...1).contains(number(found["ssim"])))
                #expect(number(found["psnr"]) > 15)
                #expect(number(entry["bytes"]) > 0)
            }
        }
        let targets = try list(report["targets"])
        #expect(targets.count == 11)
        #expect(targets.count { $0["measured"] != nil } == 8)
        try checkTimeline(
            report, try String(contentsOfFile: scene.path("run.svg"), encoding: .utf8))
        let fingerprint = try #require(report["fingerprint"] as? [String: Any])
        #expect((fingerprint["libraries"] as? [String: String])?["libavcodec"] != nil)
        #expect((fingerprint["ffmpeg"] as? String)?.hasPrefix("ffmpeg version") == true)
        #expect((fingerprint["x264"] as? String)?.isEmpty == false)
    }

    private func checkTimeline(_ report: [String: Any], _ drawing: String) throws {
        let bars = try list(report["timeline"])
        let kinds = bars.compactMap { $0["kind"] as? String }
        for kind in ["probe", "encode", "audio", "images", "package", "verify", "publish"] {
            #expect(kinds.contains(kind))
        }
        #expect(drawing.components(separatedBy: "<rect class=\"bar").count - 1 == bars.count)
        #expect(throws: Never.self) { _ = try XMLText.parsed(drawing) }
    }

    @Test("raw samples as CSV: a run a line, with one and with two workers; the page in Markdown")
    func tables() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try bench(
            scene, [scene.path("clip.mp4"), "--runs", "1", "--scaling", "--csv"])
        #expect(ending.status == 0, "\(ending.errors)")
        let lines = ending.output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 3)
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines[0].prefix(5) == ["series", "workers", "run", "wall_s", "cpu_s"])
        #expect(lines[0].contains("cpu_encode_s") && lines[0].contains("cpu_start_up_s"))
        #expect(lines.dropFirst().map { $0[1] } == ["2", "1"])
        let page = try bench(
            scene, [scene.path("clip.mp4"), "--runs", "1", "--quality", "--markdown"],
            environment: ["PATH": "/nonexistent"])
        #expect(page.status == 0, "\(page.errors)")
        for text in [
            "# reelmill bench", "## Every run", "## CPU time by stage",
            "## Quality against the source",
            "quality measured by: reelmill-worker", "| in all |", "| reelmill 1 |",
        ] {
            #expect(page.output.contains(text), "\(text) is not in\n\(page.output)")
        }
    }

    @Test(
        "the cost of seams: chunks beside one piece at four qualities, of which nothing else differs"
    )
    func seamCost() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 6)
        let ending = try bench(
            scene, [scene.path("clip.mp4"), "--runs", "1", "--seam-cost", "--json"])
        #expect(ending.status == 0, "\(ending.errors)")
        let report = try #require(try ending.json()["bench"] as? [String: Any])
        let cost = try #require(report["seamCost"] as? [String: Any])
        let renditions = try list(cost["renditions"])
        #expect(renditions.count == 2)
        for rendition in renditions {
            #expect(number(rendition["chunks"]) >= 2)
            let points = try list(rendition["points"])
            #expect(points.compactMap { $0["setting"] as? Int } == [19, 23, 27, 31])
            for (one, next) in zip(points, points.dropFirst()) {
                #expect(number(one["chunkedBytes"]) > number(next["chunkedBytes"]))
                #expect(number(one["wholeBytes"]) > number(next["wholeBytes"]))
            }
            // A seam costs something, and not half of the bits.
            #expect((-50...50).contains(number(rendition["bdRateSSIMPercent"])))
            #expect((-50...50).contains(number(rendition["bytesPercent"])))
        }
        #expect((-50...50).contains(number(cost["worstPercent"])))
    }

    @Test(
        "footage of its own can be used: it is read, cut into chunks and published",
        arguments: FootageKind.allCases)
    func ownFootage(kind: FootageKind) throws {
        let scene = try Scene()
        let raw = scene.path("raw.avi")
        let frames = 3 * RawClip.framesPerSecond
        try RawClip(kind: kind, width: 160, height: 90, frames: frames).write(to: raw)
        let found = try scene.ffprobe([
            "-show_entries", "stream=codec_name,nb_frames,sample_rate", "-of", "csv=p=0", raw,
        ])
        #expect(found == ["rawvideo,72", "pcm_s16le,48000,144000"])
        let ending = try scene.transcode("raw.avi", to: "out")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
    }

    @Test("what cannot be asked is refused with what to do")
    func refusals() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 1)
        let clip = scene.path("clip.mp4")
        for (arguments, words) in [
            ([clip, "--json", "--csv"], "choose one of"),
            ([clip, "--rival-preset", "medium"], "needs --compare"),
            ([clip, "--runs", "0"], "at least 1"),
            ([clip, "--quality-tool", "/nonexistent"], "no such program"),
            ([scene.path("none.mp4")], "none.mp4"),
        ] {
            let ending = try bench(scene, arguments)
            #expect(ending.status == 2 && ending.errors.contains(words), "\(ending.errors)")
        }
    }
}

/// Text that must be well-formed: every element that is opened is closed in its turn.
private enum XMLText {
    struct Fault: Error { var at: String }

    static func parsed(_ text: String) throws -> Int {
        var open: [Substring] = []
        var count = 0
        for part in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
            guard let end = part.firstIndex(of: ">") else { throw Fault(at: String(part)) }
            let tag = part[..<end]
            let name = tag.prefix { $0 != " " && $0 != "/" }
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { throw Fault(at: String(tag)) }
            } else if !tag.hasSuffix("/") {
                open.append(name)
            }
            count += 1
        }
        guard open.isEmpty else { throw Fault(at: "the end") }
        return count
    }
}
