import Foundation
import Packager
import Testing
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// An output of the real pipeline, in which chunks and tracks are replaced by others that the same worker made from
/// an altered source or request, and that the same packager joined.
final class SeamScene: Sendable {
    let scene: Scene
    let receipt: Receipt
    static let rate = 24

    /// Eight seconds in four chunks of two groups of pictures each; source frames are alike in kind only.
    init(profile: String = "web") throws {
        scene = try Scene()
        try """
        schema: 1
        extends: \(profile)
        name: seams
        video:
          preset: veryfast
          ladder: \(profile == "mp4" ? "[90p@500]" : "[180p@1500, 90p@500]")
          keyframe: 1s
          segment: 1s
          chunk: 2s
        images: none
        """.write(toFile: scene.path("seams.yaml"), atomically: true, encoding: .utf8)
        try SeamScene.makeSource(scene, "clip.mkv")
        let ending = try scene.reelmill([
            "transcode", scene.path("clip.mkv"), "-o", scene.path("out"), "--profile",
            scene.path("seams.yaml"), "--workers", "2",
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("out/receipt.json")))
        receipt = try Receipt.read([UInt8](bytes), name: "receipt.json")
    }

    var video: VideoPlan {
        get throws { try #require(receipt.plan.video) }
    }

    /// Makes the clip, or one that differs from it by filters alone.
    private static func makeSource(
        _ scene: Scene, _ name: String, pictures: String = "null", sound: String = "anull"
    ) throws {
        let ending = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-filter_complex",
                "testsrc2=size=320x180:rate=\(rate):duration=8,\(pictures)[v];"
                    + "anoisesrc=color=pink:seed=7:amplitude=0.4:sample_rate=48000:duration=8,"
                    + "asplit=4[s1][s2][s3][s4];\(SeamScene.joined(sound))",
                "-map", "[v]", "-map", "[a]", "-fps_mode", "passthrough", "-c:v", "libx264",
                "-preset", "ultrafast", "-qp", "8", "-g", "24", "-c:a", "flac", scene.path(name),
            ])
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Uses one filter for all, or joins pieces `start:end` of seconds.
    private static func joined(_ sound: String) -> String {
        let pieces = sound.split(separator: " ")
        guard pieces.count > 1 else {
            return "[s1]\(sound)[a];[s2]anullsink;[s3]anullsink;[s4]anullsink"
        }
        var text = ""
        for (number, piece) in pieces.enumerated() {
            text += "[s\(number + 1)]atrim=\(piece),asetpts=PTS-STARTPTS[p\(number)];"
        }
        for number in pieces.count..<4 { text += "[s\(number + 1)]anullsink;" }
        return text + pieces.indices.map { "[p\($0)]" }.joined()
            + "concat=n=\(pieces.count):v=0:a=1[a]"
    }

    func makeVariant(pictures: String = "null", sound: String = "anull") throws -> String {
        let name = "variant-\(UUID().uuidString).mkv"
        try SeamScene.makeSource(scene, name, pictures: pictures, sound: sound)
        return name
    }

    /// A stretch of the output to be encoded anew: from this source, with this change of the request.
    struct Stretch {
        var frames: Range<Int>
        var source = "clip.mkv"
        var change: @Sendable (inout EncodeRequest) -> Void = { _ in }
    }

    /// Replaces the small rendition's track: chunks that no stretch covers are as they were.
    func plant(_ stretches: [Stretch]) async throws {
        let plan = try video
        let name = try #require(plan.renditions.last?.name)
        let all = stretches.map(\.frames)
        let kept = plan.chunks.map(\.frames).filter { chunk in
            !all.contains { $0.overlaps(chunk) }
        }.map { Stretch(frames: $0) }
        var parts: [TrackPart] = []
        for stretch in (stretches + kept).sorted(by: { $0.frames.lowerBound < $1.frames.lowerBound }
        ) {
            var request = EncodeRequest(
                plan: plan, timeBase: plan.sourceTimeBase,
                chunk: Chunk(index: 0, frames: stretch.frames, entryPoints: []),
                renditions: plan.renditions, onlyRendition: name)
            stretch.change(&request)
            parts.append(try await work(.encode(request), source: stretch.source, piece: name))
        }
        try join(
            parts,
            TrackAssembly(
                rendition: name, shift: plan.timing.shift, segments: plan.timing.segments,
                expectedSamples: plan.grid.frames))
    }

    /// Replaces the sound by that of another source.
    func plantSound(from source: String) async throws {
        let rendition = try #require(receipt.plan.audio.first)
        let part = try await work(
            .audio(AudioRequest(rendition: rendition)), source: source, piece: rendition.name)
        try join(
            [part],
            TrackAssembly(
                rendition: rendition.name, shift: nil, segments: nil, expectedSamples: nil)
        )
    }

    private func work(_ job: WorkerJob, source: String, piece: String) async throws -> TrackPart {
        let input = open(scene.path(source), O_RDONLY | O_CLOEXEC)
        let path = scene.path("part-\(UUID().uuidString)")
        let staging = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            close(input)
            close(staging)
        }
        let outcome = await WorkerHost().run(
            WorkerLaunch(
                executable: Scene.worker,
                request: WorkerRequest(job: job, limits: WorkerLimits()), inputs: [input],
                staging: staging, limits: ProcessLimits())
        ) { _ in }
        let result = try outcome.result.get()
        return TrackPart(
            source: try FileByteSource(path: path, name: piece),
            piece: try #require(result.pieces.first { $0.name == piece }))
    }

    private func join(_ parts: [TrackPart], _ assembly: TrackAssembly) throws {
        var sink = MemoryByteSink()
        _ = try assembly.write(parts, to: &sink)
        let path = OutputLayout.trackPath(assembly.rendition, in: receipt.plan)
        try Data(sink.bytes).write(to: URL(fileURLWithPath: scene.path("out/" + path)))
    }

    struct Fault: Hashable {
        var kind: String
        var rendition: String
        var first: Int?
        var last: Int?
        var seconds: Double
    }

    /// What `verify --seams` finds, as its exit code must say too.
    func faults() throws -> [Fault] {
        let ending = try scene.reelmill([
            "verify", "--seams", scene.path("out"), "--source", scene.path("clip.mkv"), "--json",
        ])
        let report = try #require(try ending.json()["seams"] as? [String: Any], "\(ending.errors)")
        let verdicts = try ["pictures", "sounds"].flatMap {
            try #require(report[$0] as? [[String: Any]])
        }
        let faults = try verdicts.flatMap { verdict in
            try #require(verdict["faults"] as? [[String: Any]]).map { fault in
                Fault(
                    kind: try #require(fault["kind"] as? String),
                    rendition: try #require(fault["rendition"] as? String),
                    first: fault["firstFrame"] as? Int, last: fault["lastFrame"] as? Int,
                    seconds: try #require(fault["startSeconds"] as? Double))
            }
        }
        #expect(ending.status == (faults.isEmpty ? 0 : 5))
        return faults
    }
}
