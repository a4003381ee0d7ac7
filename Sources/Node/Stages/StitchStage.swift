import ArtifactStore
import Ledger
import Packager
import TranscodeModel

/// Joins a rendition's pieces into its track file: copying, since fragments are born final.
enum StitchStage {
    static func perform(_ context: UnitContext, rendition name: String) async throws -> Artifact {
        try await offPool { try join(context, name) }
    }

    private static func join(_ context: UnitContext, _ name: String) throws -> Artifact {
        let meter = StageMeter()
        let plan = try context.plan()
        let committed = try context.artifacts()
        var parts: [TrackPart] = []
        for position in context.assignment.dependencies {
            guard let made = committed[position]?.artifact,
                let piece = made.pieces.first(where: { $0.name == name })
            else {
                throw Failure(
                    .permanent, .internalFault, "Unit \(position) made nothing for \(name).")
            }
            parts.append(
                TrackPart(
                    source: StoredSource(
                        store: context.store, tenant: context.lease.tenant, artifact: made,
                        name: "\(name), unit \(position)"), piece: piece))
        }
        let staged = try context.stage()
        var sink = StagedSink(staged: staged)
        let piece = try assembly(name, plan, parts).write(parts, to: &sink)
        return try context.commit(staged, pieces: [piece], usage: meter.usage)
    }

    private static func assembly(
        _ name: String, _ plan: Plan, _ parts: [TrackPart]
    ) -> TrackAssembly {
        guard let video = plan.video, video.renditions.contains(where: { $0.name == name }) else {
            // Of a copy it is the plan that knows; what is damaged was encoded, and has an encoder's.
            let priming = plan.audio.first { $0.name == name }?.copied?.primingSamples
            let isCopied = priming != nil && parts.first?.piece.primingSamples == priming
            return TrackAssembly(
                rendition: name, shift: isCopied ? priming.map(Int64.init) : nil,
                segmentTicks: nil, expectedSamples: nil)
        }
        return TrackAssembly(
            rendition: name,
            shift: video.timing.shift, segmentTicks: video.timing.segmentTicks,
            expectedSamples: video.grid.frames)
    }
}

/// A committed artifact that is opened for each read: a track may have more parts than a process may
/// have open files.
struct StoredSource: ByteSource {
    let store: any ArtifactStore
    let tenant: TenantID
    let artifact: Artifact
    let name: String

    var byteCount: Int64 { artifact.byteCount }

    func read(at offset: Int64, length: Int) throws(Failure) -> [UInt8] {
        try opened().read(at: offset, length: length)
    }

    func opened() throws(Failure) -> FileByteSource {
        let file = try store.open(artifact.digest, tenant: tenant)
        return try FileByteSource(owning: try file.duplicate(), name: name)
    }
}

/// Writes to staging; the system copies what comes from other artifacts.
struct StagedSink: ByteSink {
    let staged: StagedFile

    mutating func write(_ bytes: [UInt8]) throws(Failure) { try staged.append(bytes) }

    mutating func copy(from source: any ByteSource, _ extent: Extent) throws(Failure) {
        if let stored = source as? StoredSource {
            let file = try stored.opened()
            try staged.append(
                from: file.descriptor, offset: extent.offset, length: extent.length)
        } else {
            try write(source.read(extent))
        }
    }
}
