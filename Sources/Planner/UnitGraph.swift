import TranscodeModel

/// The units of a plan and what each waits for.
struct UnitGraph {
    /// Part of every content digest: raised when the worker or the packager makes other bytes of the
    /// same plan, so that artifacts of an older pipeline are not taken for the new one's.
    static let pipelineVersion = 2

    private let source: Digest
    private(set) var units: [PlannedUnit] = []
    /// What the units' estimates rest on.
    private(set) var costs = CostTable()

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
        _ work: Work, after dependencies: [Int] = [], detail: some Encodable,
        _ prediction: CostModel.Prediction
    ) -> Int {
        let inputs = dependencies.map { units[$0 - 1].content }
        let content = canonicalDigest(
            Content(source: source, work: work, detail: detail, inputs: inputs))
        return add(work, after: dependencies, content: content, prediction)
    }

    /// Adds a unit whose bytes are named already.
    private mutating func add(
        _ work: Work, after dependencies: [Int] = [], content: Digest,
        _ prediction: CostModel.Prediction
    ) -> Int {
        let position = units.count + 1
        units.append(
            PlannedUnit(
                position: position, work: work, dependencies: dependencies, content: content,
                estimate: prediction.estimate))
        costs.append(prediction.costs)
        return position
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
        chapters: [Chapter] = [], damage: DamagePolicy, context: PlanningContext
    ) -> UnitGraph {
        let model = CostModel(context, track, video)
        var graph = UnitGraph(source: source)
        var stitches: [Int] = []
        var bytes: Int64 = 0
        if let video {
            let besides =
                audio.map { model.audio($0).estimate.cpuSeconds }
                + (images.map { [model.images($0).estimate.cpuSeconds] } ?? [])
            let groups = EncodeGrouping(
                video: video, model: model, besides: besides, workers: context.workers
            ).groups()
            var content = EncodeContent(source: source, video: video, damage: damage)
            var encodes: [(position: Int, names: [String])] = []
            for chunk in video.chunks {
                for group in groups[chunk.index] {
                    let prediction = model.encode(chunk, group, video)
                    bytes += prediction.estimate.outputBytes
                    let names = group.map(\.name)
                    encodes.append(
                        (
                            graph.add(
                                .encode(chunk: chunk.index, renditions: names),
                                content: content.digest(chunk, group),
                                prediction), names
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
                        model.moving(bytes: bytes / Int64(video.renditions.count))))
            }
        }
        for rendition in audio {
            let prediction = model.audio(rendition)
            bytes += prediction.estimate.outputBytes
            let unit = graph.add(
                .audio(rendition: rendition.name),
                detail: AudioDetail(rendition: rendition, damage: damage), prediction)
            stitches.append(
                graph.add(
                    .stitch(rendition: rendition.name), after: [unit], detail: 0,
                    model.moving(bytes: prediction.estimate.outputBytes)))
        }
        var made = stitches
        if let images {
            made.append(graph.add(.images, detail: images, model.images(images)))
        }
        if !text.isEmpty { made.append(graph.add(.text, detail: text, model.text(text))) }
        let package = graph.add(
            .package, after: made, detail: PackageDetail(packaging: packaging, chapters: chapters),
            model.moving(bytes: packaging == .progressive ? bytes : 100_000))
        let verify = graph.add(
            .verify, after: made + [package], detail: 0, model.moving(bytes: 10_000))
        _ = graph.add(
            .publish, after: made + [package, verify], detail: 0, model.moving(bytes: bytes))
        return graph
    }
}
