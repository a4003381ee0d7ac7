import TranscodeModel

/// The units of a plan and what each waits for.
struct UnitGraph {
    /// Part of every content digest: raised when the worker or the packager makes other bytes of the
    /// same plan, so that artifacts of an older pipeline are not taken for the new one's.
    static let pipelineVersion = 4

    private let source: Digest
    private let made: Set<Digest>
    private(set) var units: [PlannedUnit] = []
    /// Encode units of earlier plans that make other renditions beside wanted ones.
    private(set) var taken: [TakenGroup] = []
    /// What the units' estimates rest on.
    private(set) var costs = CostTable()

    private init(source: Digest, made: Set<Digest>) {
        self.source = source
        self.made = made
    }

    /// How many units earlier jobs have done.
    var unitsMade: Int { units.count { made.contains($0.content) } }

    private struct Content<Detail: Encodable>: Encodable {
        var pipeline = UnitGraph.pipelineVersion
        var source: Digest
        var work: Work
        var detail: Detail
        var inputs: [Digest]
    }

    private func content(
        _ work: Work, _ detail: some Encodable, inputs: [Digest] = []
    ) -> Digest {
        canonicalDigest(Content(source: source, work: work, detail: detail, inputs: inputs))
    }

    /// Adds a unit; `detail` is everything that determines its bytes beside its inputs. Returns its position.
    mutating func add(
        _ work: Work, after dependencies: [Int] = [], detail: some Encodable,
        _ prediction: CostModel.Prediction
    ) -> Int {
        let inputs = dependencies.map { units[$0 - 1].content }
        return add(
            work, after: dependencies, content: content(work, detail, inputs: inputs), prediction)
    }

    /// Adds a unit whose bytes are named already.
    private mutating func add(
        _ work: Work, after dependencies: [Int] = [], content: Digest,
        _ prediction: CostModel.Prediction
    ) -> Int {
        let position = units.count + 1
        var estimate = prediction.estimate
        // What was made is found again in no time. Room is kept in case that it has to be made again.
        if made.contains(content) { estimate.cpuSeconds = min(estimate.cpuSeconds, 0.01) }
        units.append(
            PlannedUnit(
                position: position, work: work, dependencies: dependencies, content: content,
                estimate: estimate))
        costs.append(prediction.costs)
        return position
    }

    private mutating func noteTaken(_ renditions: [VideoRendition], _ position: Int) {
        if let index = taken.firstIndex(where: { $0.renditions == renditions }) {
            taken[index].units.append(position)
        } else {
            taken.append(TakenGroup(renditions: renditions, units: [position]))
        }
    }

    private struct StitchDetail: Encodable {
        var segmentFrames: Int
        var leadFrames: Int?
        /// Whether no chunk is encoded again for the buffer's sake.
        var isPlayedEarly: Bool
    }

    private struct AudioDetail: Encodable {
        var rendition: AudioRendition
        var damage: DamagePolicy
    }

    private struct PackageDetail: Encodable {
        var packaging: Packaging
        var chapters: [Chapter]
    }

    /// The encode units of all chunks, then a stitch for each rendition. Returns the positions of those, and the bytes
    /// that are predicted.
    private mutating func addPictures(
        _ video: VideoPlan, _ cover: EncodeCover, _ model: CostModel, _ content: EncodeContent,
        playsEarly: Bool
    ) -> (stitches: [Int], bytes: Int64) {
        var content = content
        var encodes: [(position: Int, delivered: [VideoRendition])] = []
        var bytes: Int64 = 0
        for chunk in video.chunks {
            for group in cover.groups(of: chunk, content: { content.digest(chunk, $0) }) {
                let prediction = model.encode(chunk, group.renditions, video)
                bytes += prediction.estimate.outputBytes
                let work = Work.encode(
                    chunk: chunk.index, renditions: group.renditions.map(\.name))
                let position = add(
                    work, content: content.digest(chunk, group.renditions), prediction)
                encodes.append((position, group.delivered))
                if !group.renditions.allSatisfy(video.renditions.contains) {
                    noteTaken(group.renditions, position)
                }
            }
        }
        let stitches = video.renditions.map { rendition in
            add(
                .stitch(rendition: rendition.name),
                after: encodes.filter { $0.delivered.contains(rendition) }.map(\.position),
                detail: StitchDetail(
                    segmentFrames: video.segmentFrames, leadFrames: video.leadFrames,
                    isPlayedEarly: playsEarly && video.earlyRenditions.contains(rendition)),
                model.stitch(rendition, video, bytes: bytes / Int64(video.renditions.count)))
        }
        return (stitches, bytes)
    }

    /// Encodes by chunk, sound, images, text, a stitch for each rendition, then package, verify, publish.
    static func graph(
        source: Digest, packaging: Packaging, video: VideoPlan?, track: VideoTrack?,
        audio: [AudioRendition], images: ImagePlan?, text: [TextRendition] = [],
        chapters: [Chapter] = [], damage: DamagePolicy, playsEarly: Bool = false,
        earlier: EarlierWork = EarlierWork(), context: PlanningContext
    ) -> UnitGraph {
        let model = CostModel(context, track, video)
        var graph = UnitGraph(source: source, made: earlier.made)
        var stitches: [Int] = []
        var bytes: Int64 = 0
        if let video {
            let besides =
                audio.map { model.audio($0).estimate.cpuSeconds }
                + (images.map { [model.images($0).estimate.cpuSeconds] } ?? [])
            let groups = PictureCopying.groups(video) { encoded in
                EncodeGrouping(
                    video: encoded, model: model, besides: besides, workers: context.workers
                ).groups()
            }
            let cover = EncodeCover(video, groups, earlier, playsEarly: playsEarly)
            (stitches, bytes) = graph.addPictures(
                video, cover, model, EncodeContent(source: source, video: video, damage: damage),
                playsEarly: playsEarly)
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
        let preview = playsEarly ? EarlyRule.addPreviews(video, audio, model, to: &graph) : nil
        let package = graph.add(
            .package, after: made, detail: PackageDetail(packaging: packaging, chapters: chapters),
            model.moving(bytes: packaging == .progressive ? bytes : 100_000))
        let verify = graph.add(
            .verify, after: made + [package], detail: 0, model.moving(bytes: 10_000))
        _ = graph.add(
            .publish, after: made + [package, verify] + (preview.map { [$0] } ?? []), detail: 0,
            model.moving(bytes: bytes))
        return graph
    }
}
