import ContentDigest
import Foundation
import Packager
import Planner
import ProfileCatalog
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// A finished output, and what probes tell of good files: made once in a run, by real workers.
struct Specimen: Codable {
    var plan: Plan
    /// The output's files by their paths.
    var files: [String: Data]
    var progressivePlan: Plan
    var progressiveFiles: [String: Data]
    var receipt: Data
    /// Indexes as JSON.
    var indexes: [Data]

    /// What was made before in this run, or made now.
    static func of(_ scene: TrialScene) async throws -> Specimen {
        let path = scene.folder + "/specimen.json"
        if FileManager.default.fileExists(atPath: path) {
            return try JSONDecoder().decode(
                Specimen.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        }
        let specimen = try await SpecimenMaking(scene).make()
        try JSONEncoder().encode(specimen).write(
            to: URL(fileURLWithPath: path), options: .atomic)
        return specimen
    }
}

/// Does by itself what the units of two jobs would do.
struct SpecimenMaking {
    private let scene: TrialScene
    private let bench: UnitBench

    init(_ scene: TrialScene) {
        self.scene = scene
        bench = UnitBench(worker: scene.worker, folder: scene.folder)
    }

    func make() async throws -> Specimen {
        var indexes: [(name: String, index: SourceIndex, data: Data)] = []
        let inputs = try Footage.load(scene.folder + "/inputs").filter {
            !$0.name.hasPrefix("added-")
        }
        for input in inputs {
            let file = try OpenFile(writing: input.bytes, to: scene.folder + "/whole")
            let ending = try await bench.run(
                .probe(ProbeRequest(displayName: input.name)), inputs: [file.descriptor],
                UnitBench.probeLimits(Int64(input.bytes.count)))
            guard case .success = ending.outcome.result else { continue }
            let data = Data(ending.staged)
            indexes.append(
                (input.name, try JSONDecoder().decode(SourceIndex.self, from: data), data))
        }
        let whole = indexes.filter { !$0.index.video.isEmpty && !$0.index.audio.isEmpty }
        guard
            let first = whole.first(where: {
                !$0.index.text.isEmpty && !$0.index.chapters.isEmpty
            }),
            let bytes = inputs.first(where: { $0.name == first.name })?.bytes
        else { throw FuzzFault("none of the clips has pictures, sound, text and chapters") }
        let source = try OpenFile(writing: bytes, to: scene.folder + "/whole")
        let (plan, files) = try await output(
            first.index, source, try SmallProfiles.all()[0])
        let (progressivePlan, progressiveFiles) = try await output(
            first.index, source, try SmallProfiles.progressive())
        return Specimen(
            plan: plan, files: files, progressivePlan: progressivePlan,
            progressiveFiles: progressiveFiles,
            receipt: try receipt(plan, files), indexes: indexes.map(\.data))
    }

    private func work(
        _ job: WorkerJob, _ inputs: [Int32]
    ) async throws -> (pieces: [Piece], bytes: [UInt8]) {
        let ending = try await bench.run(job, inputs: inputs, UnitBench.unitLimits)
        return (try ending.outcome.result.get().pieces, ending.staged)
    }

    private func output(
        _ index: SourceIndex, _ source: OpenFile, _ profile: Profile
    ) async throws -> (Plan, [String: Data]) {
        let plan = try Planning.plan(
            index: index, source: SmallProfiles.source, profile: profile)
        var files: [String: Data] = [:]
        var tracks: [(name: String, bytes: [UInt8])] = []
        if let video = plan.video {
            for rendition in video.renditions {
                tracks.append((rendition.name, try await pictures(plan, video, rendition, source)))
            }
        }
        for rendition in plan.audio {
            let made = try await work(
                .audio(AudioRequest(rendition: rendition)), [source.descriptor])
            let parts = [
                TrackPart(
                    source: MemoryByteSource(name: rendition.name, bytes: made.bytes),
                    piece: made.pieces[0])
            ]
            tracks.append(
                (rendition.name, try joined(parts, rendition.name, shift: nil, segments: nil)))
        }
        if let images = plan.images {
            let made = try await work(.images(ImagesRequest(plan: images)), [source.descriptor])
            for piece in made.pieces {
                let extent = piece.fragments[0].extent
                files["images/" + piece.name] = Data(
                    made.bytes[Int(extent.offset)..<Int(extent.end)])
            }
        }
        let (cues, texts) = try await text(plan, source)
        files.merge(texts) { $1 }
        if plan.packaging == .progressive {
            files["video.mp4"] = try await remuxed(plan, tracks)
        } else {
            var read: [String: Track] = [:]
            for (name, bytes) in tracks {
                files[OutputLayout.trackPath(name, in: plan)] = Data(bytes)
                read[name] = try TrackReader.track(MemoryByteSource(name: name, bytes: bytes))
            }
            for (path, text) in Manifests.files(
                Presentation(plan: plan, tracks: read, text: cues))
            {
                files[path] = Data(text.utf8)
            }
        }
        return (plan, files)
    }

    /// The cues of each rendition of text, and its file by path.
    private func text(
        _ plan: Plan, _ source: OpenFile
    ) async throws -> (cues: [String: [TextCue]], files: [String: Data]) {
        let made = try await work(
            .text(TextRequest(renditions: plan.text)), [source.descriptor])
        var cues: [String: [TextCue]] = [:]
        var files: [String: Data] = [:]
        for rendition in plan.text {
            guard let piece = made.pieces.first(where: { $0.name == rendition.name + ".vtt" })
            else { continue }
            let extent = piece.fragments[0].extent
            let bytes = Array(made.bytes[Int(extent.offset)..<Int(extent.end)])
            let path = OutputLayout.textPath(rendition.name)
            cues[rendition.name] = try WebVTTFile.cues(bytes, of: rendition, path: path)
            files[path] = Data(bytes)
        }
        guard !files.isEmpty else { throw FuzzFault("the clip with text gives no text") }
        return (cues, files)
    }

    private func pictures(
        _ plan: Plan, _ video: VideoPlan, _ rendition: VideoRendition, _ source: OpenFile
    ) async throws -> [UInt8] {
        var parts: [TrackPart] = []
        for chunk in video.chunks {
            let made = try await work(
                .encode(
                    EncodeRequest(
                        plan: video, timeBase: video.sourceTimeBase, chunk: chunk,
                        renditions: video.renditions, onlyRendition: rendition.name)),
                [source.descriptor])
            parts.append(
                TrackPart(
                    source: MemoryByteSource(name: rendition.name, bytes: made.bytes),
                    piece: made.pieces[0]))
        }
        return try joined(
            parts, rendition.name, shift: video.timing.shift,
            segments: video.timing.segments)
    }

    private func joined(
        _ parts: [TrackPart], _ name: String, shift: Int64?, segments: SegmentTicks?
    ) throws -> [UInt8] {
        var sink = MemoryByteSink()
        _ = try TrackAssembly(
            rendition: name, shift: shift, segments: segments, expectedSamples: nil
        ).write(parts, to: &sink)
        return sink.bytes
    }

    private func remuxed(
        _ plan: Plan, _ tracks: [(name: String, bytes: [UInt8])]
    ) async throws -> Data {
        var inputs: [OpenFile] = []
        var samples = 0
        for (name, bytes) in tracks {
            inputs.append(try OpenFile(writing: bytes, to: "\(scene.folder)/track-\(name)"))
            samples += try TrackReader.track(MemoryByteSource(name: name, bytes: bytes)).sampleCount
        }
        let made = try await work(
            .remux(
                RemuxRequest(
                    languages: ["und"] + plan.audio.map(\.language), samples: samples,
                    unequalTicks: plan.video?.grid.cadence?.end, chapters: plan.chapters)),
            inputs.map(\.descriptor))
        let extent = made.pieces[0].fragments[0].extent
        withExtendedLifetime(inputs) {}
        return Data(made.bytes[Int(extent.offset)..<Int(extent.end)])
    }

    private func receipt(_ plan: Plan, _ files: [String: Data]) throws -> Data {
        guard let tenant = TenantID("fuzz") else { throw FuzzFault("fuzz is no tenant") }
        let list = files.sorted { $0.key < $1.key }.map { path, data in
            Receipt.File(
                path: path, sha256: Digest.sha256([UInt8](data)), bytes: Int64(data.count),
                frames: nil, duration: plan.duration, unit: 1, attempt: 1)
        }
        return Data(
            Receipt(
                job: JobID("j1"), tenant: tenant,
                source: Receipt.Source(name: "clip", sha256: SmallProfiles.source, bytes: 1),
                profileSHA256: SmallProfiles.source, plan: plan, artifacts: [], files: list,
                warnings: [],
                damage: [Damage(kind: .decodeErrors, streamIndex: 0, count: 1, start: .one)]
            ).bytes())
    }
}
