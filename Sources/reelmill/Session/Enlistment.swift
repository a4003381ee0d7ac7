import ArtifactStore
import ContentDigest
import Foundation
import Ledger
import Packager
import Planner
import TranscodeModel

/// Turns files into jobs of the ledger.
struct Enlistment {
    enum Outcome {
        case created(JobID)
        /// The same work is under way.
        case underWay(JobRecord)
        /// The same work is published already.
        case published(JobRecord)

        var job: JobID {
            switch self {
            case .created(let id): id
            case .underWay(let record), .published(let record): record.id
            }
        }
    }

    let workplace: Workplace
    let profile: Profile
    var tenant = TenantID.standard
    var jobClass = JobClass.live
    var priority = 0
    var terms = JobTerms.usual
    /// Whether what was made before is made again when its output is gone.
    var remakes = true
    /// Attempts of each unit, counted when it is leased.
    static let attemptsMaximum = 8

    /// Reads the source once, for its digest. Fails before anything is recorded when the source or the
    /// destination cannot be used.
    func enlist(_ input: String, to output: String, key: String? = nil) throws -> Outcome {
        let source = try SourceFile.open(absolute(input))
        try workplace.settings.limits.requireBytes(source.byteCount, name: source.path)
        return try enlist(source, try source.hash(), to: output, key: key)
    }

    /// The same, of a source whose digest is known.
    func enlist(
        _ source: SourceFile, _ digest: Digest, to output: String, key: String? = nil
    ) throws -> Outcome {
        let destination = absolute(output)
        let profileDigest = ProfileIdentity.digest(of: profile)
        let occupant = try EarlyOccupant.job(at: destination, workplace.ledger)
        do throws(Failure) {
            try Destination(
                path: destination,
                replacing: terms.replaces.map {
                    ReplacedOutput(file: OutputLayout.receiptPath, digest: $0)
                }
            ).check()
        } catch {
            if let occupant, isOf(occupant, destination, digest, profileDigest) {
                return .underWay(occupant)
            }
            guard error.code == .destinationExists,
                let record = try maker(of: destination, digest, profileDigest)
            else { throw error }
            // A node that died between publishing and saying so has left the last word to the next one.
            return record.state == .ready ? .published(record) : .underWay(record)
        }
        return try submit(
            SourceReference(source, digest), to: destination, key: key)
    }

    /// Records a source that has been read, for a destination that has been checked.
    func submit(
        _ source: SourceReference, to destination: String, key: String? = nil
    ) throws -> Outcome {
        let profileDigest = ProfileIdentity.digest(of: profile)
        return try submit(
            JobSubmission(
                id: freshID(), tenant: tenant, key: key, source: source, profile: profile,
                profileDigest: profileDigest, destination: destination, jobClass: jobClass,
                priority: priority,
                content: ProfileIdentity.content(
                    source: source.digest, profile: profileDigest, destination: destination),
                probeContent: ProfileIdentity.probeContent(source: source.digest),
                probeEstimate: Enlistment.probeEstimate(bytes: source.byteCount),
                attemptsMaximum: Enlistment.attemptsMaximum, terms: terms))
    }

    /// A new job for what a job that failed or was cancelled was to do.
    static func again(_ record: JobRecord, _ workplace: Workplace) throws -> Outcome {
        // Jobs of a backfill that is not running are held.
        let backfill = try record.terms.backfill.flatMap { try workplace.ledger.backfill($0) }
        let isUnderWay = backfill?.state == .running || backfill?.state == .paused
        return try Enlistment(
            workplace: workplace, profile: record.profile, tenant: record.tenant,
            jobClass: record.jobClass, priority: record.priority,
            terms: JobTerms(
                backfill: isUnderWay ? backfill?.name : nil, replaces: record.terms.replaces)
        ).enlist(record.source.locator, to: record.destination, key: record.key)
    }

    /// The digest that names a source.
    static func digest(of input: String) throws(Failure) -> Digest {
        try SourceFile.open(absolute(input)).hash()
    }

    private func submit(_ submission: JobSubmission) throws -> Outcome {
        let live = try workplace.ledger.liveJob(
            content: submission.content, tenant: submission.tenant)
        if live?.state.isFinal ?? true { try workplace.requireRoom() }
        switch try workplace.ledger.enqueue([submission])[0] {
        case .created(let id): return .created(id)
        case .existing(let record) where record.state == .ready && !remakes:
            return .published(record)
        case .existing(let record) where record.state == .ready:
            // Its output is gone, so it is made again.
            try workplace.ledger.supersede(record.id)
            guard case .created(let id) = try workplace.ledger.enqueue([submission])[0] else {
                throw CommandFault(
                    .unreachable,
                    "\(submission.destination): another process has just enqueued it. Try again.")
            }
            return .created(id)
        case .existing(let record): return .underWay(record)
        case .keyConflict(let record)
        where record.state == .ready && terms.replaces != nil
            && record.destination == submission.destination:
            // Its output is to be replaced, and its key goes with that.
            try workplace.ledger.supersede(record.id)
            return try submit(submission)
        case .keyConflict(let record):
            throw CommandFault(
                .usage,
                "--key \(submission.key ?? ""): the key belongs to job \(record.id), which has "
                    + "another source, profile or destination. Choose another key.")
        }
    }

    /// The job that published what is at the destination, if it is this very work and did not come to
    /// another end.
    func maker(
        of destination: String, _ source: Digest, _ profileDigest: Digest
    ) throws -> JobRecord? {
        let path = destination + "/" + OutputLayout.receiptPath
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            let receipt = try Receipt.read([UInt8](data), name: path)
            guard let record = try workplace.ledger.job(receipt.job),
                record.state == .ready || !record.state.isFinal,
                isOf(record, destination, source, profileDigest)
            else { return nil }
            return record
        } catch is Failure {
            // Something else's receipt: then the destination is simply occupied.
            return nil
        }
    }

    private func isOf(
        _ record: JobRecord, _ destination: String, _ source: Digest, _ profileDigest: Digest
    ) -> Bool {
        record.tenant == tenant && record.destination == destination
            && record.source.digest == source && record.profileDigest == profileDigest
    }

    private func freshID() -> JobID {
        var generator = SystemRandomNumberGenerator()
        return JobID.random(using: &generator)
    }

    /// A probe reads all packets: about 2 GB/s from the cache, and a fifth of that from a disk.
    static func probeEstimate(bytes: Int64) -> Estimate {
        Estimate(
            cpuSeconds: 0.2 + Double(bytes) / 2e9, memoryBytes: 128 << 20, outputBytes: 1 << 20)
    }
}

extension SourceReference {
    /// A file as it was opened, with the digest of its bytes.
    init(_ source: SourceFile, _ digest: Digest) {
        self.init(
            locator: source.path, displayName: (source.path as NSString).lastPathComponent,
            digest: digest, byteCount: source.byteCount,
            modificationMilliseconds: source.modificationMilliseconds)
    }
}
