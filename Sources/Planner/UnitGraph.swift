import TranscodeModel

/// The units of a plan and what each waits for.
struct UnitGraph {
    /// Part of every content digest: raised when the worker or the packager makes other bytes of the
    /// same plan, so that artifacts of an older pipeline are not taken for the new one's.
    static let pipelineVersion = 3

    private let source: Digest
    private(set) var units: [PlannedUnit] = []

    init(source: Digest) { self.source = source }

    private struct Content<Detail: Encodable>: Encodable {
        var pipeline = UnitGraph.pipelineVersion
        var source: Digest
        var work: Work
        var detail: Detail
        var inputs: [Digest]
    }

    /// Adds a unit; `detail` is everything that determines its bytes beside its inputs. Returns its position.
    mutating func add(
        _ work: Work, after dependencies: [Int] = [], detail: some Encodable, _ estimate: Estimate
    ) -> Int {
        let inputs = dependencies.map { units[$0 - 1].content }
        let content = canonicalDigest(
            Content(source: source, work: work, detail: detail, inputs: inputs))
        let position = units.count + 1
        units.append(
            PlannedUnit(
                position: position, work: work, dependencies: dependencies, content: content,
                estimate: estimate))
        return position
    }

    private struct EncodeDetail: Encodable {
        var streamIndex: Int
        var grid: FrameGrid
        var keyFrameInterval: Int
        var reorderFrames: Int
        var treatment: PictureTreatment
        var color: ColorDescription
        var light: LightMetadata?
        var chunk: Chunk
        var renditions: [VideoRendition]
        var clock: SourceClock
        var damage: DamagePolicy
    }

    private struct AudioDetail: Encodable {
        var rendition: AudioRendition
        var damage: DamagePolicy
    }

    private struct PackageDetail: Encodable {
        var packaging: Packaging
        var chapters: [Chapter]
    }

    /// Encodes by chunk, sound, images, text, a stitch for each rendition, then package, verify, publish.
    static func units(
        source: Digest, packaging: Packaging, video: VideoPlan?, track: VideoTrack?,
        audio: [AudioRendition], images: ImagePlan?, text: [TextRendition] = [],
        chapters: [Chapter] = [], damage: DamagePolicy
    ) -> [PlannedUnit] {
        var graph = UnitGraph(source: source)
        var stitches: [Int] = []
        var bytes: Int64 = 0
        if let video, let track {
            let groups = EncodeGrouping(video: video, track: track).groups()
            var encodes: [(position: Int, names: [String])] = []
            for chunk in video.chunks {
                for group in groups {
                    let estimate = CostModel.encode(chunk, group, video.grid, track)
                    bytes += estimate.outputBytes
                    let detail = EncodeDetail(
                        streamIndex: video.streamIndex, grid: video.grid(of: chunk),
                        keyFrameInterval: video.keyFrameInterval,
                        reorderFrames: video.reorderFrames, treatment: video.treatment,
                        color: video.color, light: video.light, chunk: chunk, renditions: group,
                        clock: video.sourceClock, damage: damage)
                    let names = group.map(\.name)
                    encodes.append(
                        (
                            graph.add(
                                .encode(chunk: chunk.index, renditions: names), detail: detail,
                                estimate), names
                        ))
                }
            }
            for rendition in video.renditions {
                stitches.append(
                    graph.add(
                        .stitch(rendition: rendition.name),
                        after: encodes.filter { $0.names.contains(rendition.name) }
                            .map(\.position),
                        detail: video.segmentFrames,
                        CostModel.moving(bytes: bytes / Int64(video.renditions.count))))
            }
        }
        for rendition in audio {
            let estimate = CostModel.audio(rendition)
            bytes += estimate.outputBytes
            let unit = graph.add(
                .audio(rendition: rendition.name),
                detail: AudioDetail(rendition: rendition, damage: damage), estimate)
            stitches.append(
                graph.add(
                    .stitch(rendition: rendition.name), after: [unit], detail: 0,
                    CostModel.moving(bytes: estimate.outputBytes)))
        }
        var made = stitches
        if let images {
            made.append(graph.add(.images, detail: images, CostModel.images(images, track)))
        }
        if !text.isEmpty { made.append(graph.add(.text, detail: text, CostModel.text(text))) }
        let package = graph.add(
            .package, after: made, detail: PackageDetail(packaging: packaging, chapters: chapters),
            CostModel.moving(bytes: packaging == .progressive ? bytes : 100_000))
        let verify = graph.add(
            .verify, after: made + [package], detail: 0, CostModel.moving(bytes: 10_000))
        _ = graph.add(
            .publish, after: made + [package, verify], detail: 0, CostModel.moving(bytes: bytes))
        return graph.units
    }
}
