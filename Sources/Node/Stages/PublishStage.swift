import ArtifactStore
import Foundation
import Ledger
import Packager
import TranscodeModel

/// Makes the output appear, whole, in one atomic step (I6). Its artifact is the receipt.
enum PublishStage {
    static func perform(_ context: UnitContext) async throws -> Artifact {
        try await offPool { try publish(context) }
    }

    private static func publish(_ context: UnitContext) throws -> Artifact {
        let meter = StageMeter()
        let plan = try context.plan()
        let committed = try context.artifacts()
        let artifacts = committed.mapValues(\.artifact)
        let files = OutputLayout.files(plan, artifacts: artifacts)
        let receipt = try ReceiptMaking.receipt(context, plan, committed, files).bytes()
        let destination = Destination(
            path: context.job.destination,
            replacing: context.job.terms.replaces.map {
                ReplacedOutput(file: OutputLayout.receiptPath, digest: $0)
            }, early: context.job.id)
        let (job, token) = (context.job.id, context.lease.token)
        func settle() throws(Failure) {
            try destination.settle(job: job, epoch: token.epoch, attempt: token.attempt)
        }
        do {
            // An attempt before this one may have published and died before it could say so.
            if try destination.holds(receipt, at: OutputLayout.receiptPath) {
                try settle()
            } else {
                try fill(destination, context, files, artifacts, receipt)
            }
        } catch let failure as Failure where failure.code == .destinationExists {
            // Or just now, while it was taken for dead.
            guard try destination.holds(receipt, at: OutputLayout.receiptPath) else {
                throw failure
            }
            try settle()
        }
        let staged = try context.stage()
        try staged.append(receipt)
        return try context.commit(staged, pieces: [], usage: meter.usage)
    }

    /// An output that is replaced is removed: so nothing may be in it that somebody has put there.
    private static func requireNothingElse(_ path: String) throws(Failure) {
        guard FileManager.default.fileExists(atPath: path + "/" + OutputLayout.receiptPath) else {
            return
        }
        guard let name = try PublishedOutput.open(path).unlistedFiles.first else { return }
        throw Failure(
            .permanent, .destinationExists,
            "\(path): \(name) is not of the output that is there, which is therefore not replaced. Move "
                + "it away, or choose another output directory.")
    }

    /// Nor may anything be among what is played early: the finished output takes its place.
    private static func requireNothingElse(
        earlyAt path: String, _ files: [OutputFile], _ job: JobID
    ) throws {
        guard try EarlyMarker.standing(at: path)?.job == job else { return }
        let own = Set(files.map(\.path) + [EarlyPlay.markerPath])
        var isDirectory: ObjCBool = false
        for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        where !own.contains(name) {
            let isThere = FileManager.default.fileExists(
                atPath: path + "/" + name, isDirectory: &isDirectory)
            if !isThere || isDirectory.boolValue { continue }
            throw Failure(
                .permanent, .destinationExists,
                "\(path): \(name) is not of what is played early there, which the finished output would "
                    + "replace. Move it away and retry, or choose another output directory.")
        }
    }

    private static func fill(
        _ destination: Destination, _ context: UnitContext, _ files: [OutputFile],
        _ artifacts: [Int: Artifact], _ receipt: [UInt8]
    ) throws {
        try destination.check()
        if context.job.terms.replaces != nil { try requireNothingElse(context.job.destination) }
        try requireNothingElse(earlyAt: context.job.destination, files, context.job.id)
        let output = try destination.prepare(
            job: context.lease.unit.job, epoch: context.lease.token.epoch,
            attempt: context.lease.token.attempt)
        do {
            for file in files {
                guard let artifact = artifacts[file.position] else { continue }
                let source = try context.store.open(
                    artifact.digest, tenant: context.lease.tenant)
                try output.copy(
                    from: source.descriptor, offset: file.extent.offset,
                    length: file.extent.length, to: file.path)
            }
            try output.write(receipt, to: OutputLayout.receiptPath)
            try output.publish()
        } catch {
            try output.discard()
            throw error
        }
    }
}

/// The receipt of a job, from the ledger and from what the verification saw.
enum ReceiptMaking {
    static func receipt(
        _ context: UnitContext, _ plan: Plan, _ committed: [Int: CommittedArtifact],
        _ files: [OutputFile]
    ) throws -> Receipt {
        let job = context.job
        let own = context.lease.unit.position
        let digests = try verifiedDigests(context, plan, committed)
        let made = committed.values.filter { $0.position != own }
            .sorted { $0.position < $1.position }
        let found = Damage.ofUnits(made.filter { $0.kind != .probe }.map(\.artifact.damage))
        return Receipt(
            job: job.id, tenant: job.tenant,
            source: Receipt.Source(
                name: job.source.displayName, sha256: job.source.digest,
                bytes: job.source.byteCount), profileSHA256: job.profileDigest, plan: plan,
            artifacts: made.map {
                Receipt.MadeArtifact(
                    unit: $0.position, kind: $0.kind, attempt: $0.attempt,
                    sha256: $0.artifact.digest, bytes: $0.artifact.byteCount)
            },
            files: try files.map { file in
                guard let digest = digests[file.path] else {
                    throw Failure(
                        .permanent, .internalFault, "\(file.path) was not verified.")
                }
                return Receipt.File(
                    path: file.path, sha256: digest, bytes: file.extent.length,
                    frames: OutputLayout.holdsTracks(file.path) ? file.samples : nil,
                    duration: duration(of: file, plan), unit: file.position,
                    attempt: committed[file.position]?.attempt ?? 1)
            },
            warnings: distinct(
                plan.warnings + made.flatMap(\.artifact.warnings)
                    + Damage.merged(found).map(\.text)),
            damage: plan.damage + found, loudness: loudness(made),
            buffers: BufferProving.proofs(made.map(\.artifact)), early: try early(context))
    }

    /// By rendition, as its audio unit measured it.
    private static func loudness(_ made: [CommittedArtifact]) -> [String: LoudnessRecord]? {
        let pieces = made.filter { $0.kind == .audio }.flatMap(\.artifact.pieces)
        let records = pieces.compactMap { piece in piece.loudness.map { (piece.name, $0) } }
        return records.isEmpty ? nil : Dictionary(records) { first, _ in first }
    }

    /// Nil where nothing was played early.
    private static func early(_ context: UnitContext) throws -> Receipt.EarlyTimes? {
        guard context.job.terms.replaces == nil,
            let first = try context.ledger.units(ofJob: context.job.id).first(where: {
                $0.kind == .preview
            }), let playable = first.finishedMilliseconds
        else { return nil }
        return Receipt.EarlyTimes(
            enqueuedMilliseconds: context.job.createdMilliseconds, playableMilliseconds: playable)
    }

    /// A warning of the probe is in the plan too.
    private static func distinct(_ warnings: [String]) -> [String] {
        var seen: Set<String> = []
        return warnings.filter { seen.insert($0).inserted }
    }

    private static func duration(of file: OutputFile, _ plan: Plan) -> Rational? {
        guard OutputLayout.holdsTracks(file.path) else { return nil }
        let sound = plan.audio.first { file.path == OutputLayout.trackPath($0.name, in: plan) }
        return sound?.duration ?? plan.duration
    }

    private static func verifiedDigests(
        _ context: UnitContext, _ plan: Plan, _ committed: [Int: CommittedArtifact]
    ) throws -> [String: Digest] {
        guard let unit = plan.units.first(where: { $0.work == .verify }),
            let artifact = committed[unit.position]?.artifact
        else { throw Failure(.permanent, .internalFault, "The output was not verified.") }
        let file = try context.store.open(artifact.digest, tenant: context.lease.tenant)
        let report = try JSONDecoder().decode(
            VerifyStage.Report.self, from: Data(try file.contents()))
        return Dictionary(uniqueKeysWithValues: report.files.map { ($0.path, $0.sha256) })
    }
}
