import ArtifactStore
import Foundation
import Ledger
import Packager
import TranscodeModel

/// Makes a chunk, and those before it, playable at the job's destination while the rest is made.
///
/// What it shows follows from the ledger's artifacts alone, so that any attempt may do it again, at any moment.
enum PreviewStage {
    /// What a preview leaves behind in the store.
    private struct Report: Codable {
        /// Chunks that can be played; 0 where the job replaces an output, which is served until the new one is finished.
        var chunks: Int
        /// Seconds that can be played.
        var seconds: Rational
    }

    static func perform(_ context: UnitContext, chunk: Int) async throws -> Artifact {
        try await offPool { try make(context, chunk) }
    }

    private static func make(_ context: UnitContext, _ chunk: Int) throws -> Artifact {
        let meter = StageMeter()
        let plan = try context.plan()
        guard let video = plan.video, video.chunks.indices.contains(chunk) else {
            throw Failure(.permanent, .internalFault, "The plan has no chunk \(chunk).")
        }
        var report = Report(chunks: 0, seconds: .zero)
        var warnings: [String] = []
        if context.job.terms.replaces == nil {
            do {
                report.seconds = try PreviewWork(context, plan, video, through: chunk).show()
                report.chunks = chunk + 1
            } catch let failure as Failure where isOptional(failure, context.lease) {
                warnings = ["\(failure.message) What was done by then could not be played early."]
            }
        }
        let staged = try context.stage()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try staged.append([UInt8](try encoder.encode(report)))
        return try context.commit(staged, pieces: [], usage: meter.usage, warnings: warnings)
    }

    /// A destination that has no room for a while fails no job whose output may well be published in the end: the last
    /// attempt gives up this preview, and the next one shows its chunks too.
    private static func isOptional(_ failure: Failure, _ lease: Lease) -> Bool {
        (failure.code == .storageFull || failure.code == .storageFailed)
            && lease.token.attempt >= lease.attemptsMaximum
    }
}

/// One attempt at a preview.
private struct PreviewWork {
    let context: UnitContext
    let plan: Plan
    let chunk: Int
    let output: EarlyOutput
    /// By rendition, the artifacts of its chunks up to this one.
    private var pictures: [String: [(artifact: Artifact, piece: Piece)]] = [:]
    private let sound: FileByteSource?

    init(
        _ context: UnitContext, _ plan: Plan, _ video: VideoPlan, through chunk: Int
    ) throws {
        self.context = context
        self.plan = plan
        self.chunk = chunk
        output = EarlyOutput(path: context.job.destination, job: context.job.id)
        let committed = try context.artifacts()
        func made(_ unit: PlannedUnit) throws -> Artifact {
            guard let artifact = committed[unit.position]?.artifact else {
                throw Failure(
                    .permanent, .internalFault, "Unit \(unit.position) has made nothing yet.")
            }
            return artifact
        }
        var sound: FileByteSource?
        let names = Set(video.earlyRenditions.map(\.name))
        for unit in plan.units {
            guard case .stitch(let name) = unit.work else { continue }
            if name == plan.earlySound?.name {
                sound = try context.open(try made(unit), name: name)
            }
            guard names.contains(name) else { continue }
            // Those that the stitch joins, in its order: what else has a rendition of that name is not delivered.
            for position in unit.dependencies {
                guard case .encode(let own, _) = plan.units[position - 1].work, own <= chunk else {
                    continue
                }
                let artifact = try made(plan.units[position - 1])
                for piece in artifact.pieces where piece.name == name {
                    pictures[name, default: []].append((artifact, piece))
                }
            }
        }
        self.sound = sound
        guard names.allSatisfy({ pictures[$0]?.count == chunk + 1 }) else {
            throw Failure(
                .permanent, .internalFault, "Chunk \(chunk) lacks a rendition that is played early."
            )
        }
    }

    /// Returns the seconds that can be played.
    func show() throws -> Rational {
        // Before anything of it is on the disk: so whatever crashes, what is left is found once the job has ended.
        try context.store.noteEarly(output.job)
        let token = context.lease.token
        let attempt = try output.begin(
            EarlyTurn(chunk: chunk, epoch: token.epoch, attempt: token.attempt))
        do {
            // Who sees the job end after this takes away what the attempt has; who saw it before may have done so already.
            guard try context.ledger.job(output.job)?.state.isFinal == false else {
                throw Failure(
                    .fenced, .leaseLost,
                    "Job \(output.job) has ended: nothing more of it is played.")
            }
            let seconds = try show(attempt)
            try attempt.discard()
            return seconds
        } catch {
            try attempt.discard()
            throw error
        }
    }

    private func show(_ attempt: EarlyAttempt) throws -> Rational {
        switch try attempt.standing() {
        case .nothing:
            let shown = try presentation(checkedFrom: 0)
            try appear(shown, attempt)
            return shown.duration
        case .chunks(let standing):
            let shown = try presentation(checkedFrom: min(standing, chunk + 1))
            if standing <= chunk { try extend(shown, from: standing, attempt) }
            return shown.duration
        case .other:
            throw Failure(
                .permanent, .destinationExists,
                "\(output.path): something is there already, and it is not overwritten. Remove it, or "
                    + "choose another output directory.")
        }
    }

    private func presentation(checkedFrom: Int) throws -> EarlyPresentation {
        let parts = pictures.mapValues { chunks in
            chunks.enumerated().map { index, made in
                TrackPart(
                    source: StoredSource(
                        store: context.store, tenant: context.lease.tenant,
                        artifact: made.artifact, name: "\(made.piece.name), chunk \(index)"),
                    piece: made.piece)
            }
        }
        return try EarlyPresentation(
            plan: plan, pictures: parts,
            sound: try sound.map { try TrackReader.track($0, of: $0.name, in: plan) },
            checkedFrom: checkedFrom)
    }

    private func appear(_ shown: EarlyPresentation, _ attempt: EarlyAttempt) throws {
        for track in shown.pictures {
            try withRanges(track, from: 0) {
                try attempt.write(track.beginning, $0, to: track.path)
            }
        }
        if let sound, let path = shown.soundPath {
            let whole = EarlyRange(
                descriptor: sound.descriptor, offset: 0, length: sound.byteCount, position: 0)
            try attempt.write([], [whole], to: path)
        }
        for (path, text) in shown.playlists { try attempt.write(Array(text.utf8), to: path) }
        try attempt.write(Array(shown.master.utf8), to: EarlyPresentation.masterPath)
        try attempt.mark(chunks: chunk + 1)
        guard try attempt.appear() else {
            throw Failure(
                .transient, .destinationExists,
                "\(output.path): something has just come there. It is looked at again.")
        }
    }

    private func extend(
        _ shown: EarlyPresentation, from standing: Int, _ attempt: EarlyAttempt
    ) throws {
        for (path, text) in shown.playlists { try attempt.write(Array(text.utf8), to: path) }
        try attempt.mark(chunks: chunk + 1)
        var files: [FileByteSource] = []
        var tracks: [(path: String, ranges: [EarlyRange])] = []
        for track in shown.pictures {
            tracks.append((track.path, try ranges(track, from: standing, &files)))
        }
        try withExtendedLifetime(files) {
            try attempt.extend(tracks, placing: shown.playlists.map(\.path))
        }
    }

    private func withRanges(
        _ track: EarlyTrack, from first: Int, _ body: ([EarlyRange]) throws -> Void
    ) throws {
        var files: [FileByteSource] = []
        let ranges = try ranges(track, from: first, &files)
        try withExtendedLifetime(files) { try body(ranges) }
    }

    /// What belongs in a track from a chunk on; the files are to be held open for as long as the ranges are used.
    private func ranges(
        _ track: EarlyTrack, from first: Int, _ files: inout [FileByteSource]
    ) throws -> [EarlyRange] {
        var ranges: [EarlyRange] = []
        for index in track.ranges.indices.dropFirst(first) {
            guard let artifact = pictures[track.name]?[index].artifact else { continue }
            let file = try context.open(artifact, name: track.name)
            files.append(file)
            ranges += track.ranges[index].map {
                EarlyRange(
                    descriptor: file.descriptor, offset: $0.extent.offset,
                    length: $0.extent.length, position: $0.position)
            }
        }
        return ranges
    }
}
