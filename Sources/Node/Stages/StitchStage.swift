import ArtifactStore
import Ledger
import Packager
import TranscodeModel

/// Joins a rendition's pieces into its track file: copying, since fragments are born final.
enum StitchStage {
    static func perform(_ context: UnitContext, rendition name: String) async throws -> Artifact {
        let (plan, units, read) = try await offPool { try gather(context, name) }
        var (parts, usage) = (units.map(\.part), read)
        var proof: BufferProof?
        var warnings: [String] = []
        if let proving = BufferProving(context, plan, rendition: name) {
            let proven = try await proving.prove(units)
            parts = proven.parts
            proof = proven.proof
            warnings = proven.warnings
            usage.add(proven.usage)
        }
        let (joined, proved, used, said) = (parts, proof, usage, warnings)
        return try await offPool {
            let meter = StageMeter()
            let staged = try context.stage()
            var sink = StagedSink(staged: staged)
            var piece = try assembly(name, plan, joined).write(joined, to: &sink)
            piece.bufferProof = proved
            var all = used
            all.add(meter.usage)
            return try context.commit(staged, pieces: [piece], usage: all, warnings: said)
        }
    }

    /// What the units before it made of the rendition, in their order.
    private static func gather(
        _ context: UnitContext, _ name: String
    ) throws -> (Plan, [StitchedUnit], Usage) {
        let meter = StageMeter()
        let plan = try context.plan()
        let committed = try context.artifacts()
        var units: [StitchedUnit] = []
        for position in context.assignment.dependencies {
            guard let made = committed[position]?.artifact,
                let piece = made.pieces.first(where: { $0.name == name })
            else {
                throw Failure(
                    .permanent, .internalFault, "Unit \(position) made nothing for \(name).")
            }
            let part = TrackPart(
                source: StoredSource(
                    store: context.store, tenant: context.lease.tenant, artifact: made,
                    name: "\(name), unit \(position)"), piece: piece)
            units.append(
                StitchedUnit(
                    part: part, work: plan.units.first { $0.position == position }?.work))
        }
        return (plan, units, meter.usage)
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
                segments: nil, expectedSamples: nil)
        }
        return TrackAssembly(
            rendition: name,
            shift: video.timing.shift, segments: video.timing.segments,
            expectedSamples: video.grid.frames)
    }
}

/// What one unit made of a rendition, and what it was asked to do.
struct StitchedUnit: Sendable {
    var part: TrackPart
    var work: Work?
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
