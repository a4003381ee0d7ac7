import ArtifactStore
import Foundation
import Ledger
import Packager
import Planner
import Synchronization
import TranscodeModel

/// Turns settled files of a watched folder into jobs: each content once, whatever happened to the file, and whatever
/// ended the watch in between.
final class WatchEnlistment: Sendable {
    typealias Sight = WatchedFiles.Sight

    enum Outcome {
        case created(JobID, output: String)
        /// The ledger has this very work already, in whatever state.
        case known(JobID)
    }

    /// A file as it was when its job was made.
    private struct File: Hashable {
        var path: String
        var byteCount: Int64
        var modificationMilliseconds: Int64
    }

    /// What is not read from the ledger or the outputs each time.
    private struct Memory {
        var places: WatchedPlaces
        /// By what names the work: jobs that are under way, failed or cancelled have no receipt that tells of them.
        var works: [Digest: JobID] = [:]
        var files: [File: JobID] = [:]
        /// What was read last, for when the ledger or the disk was in trouble and it is tried again.
        var hashed: (file: File, sight: Sight, digest: Digest)?
        var pruneAt: Int

        /// `isOwn`: with the tenant and the profile of this watch.
        mutating func note(_ record: JobRecord, isOwn: Bool) {
            let content = ProfileIdentity.content(
                source: record.source.digest, profile: record.profileDigest,
                destination: record.destination)
            if !record.state.isFinal {
                places.promise(
                    record.destination, WatchedPlaces.Promise(job: record.id, content: content))
            }
            guard isOwn else { return }
            works[content] = works[content] ?? record.id
            let file = File(
                path: record.source.locator, byteCount: record.source.byteCount,
                modificationMilliseconds: record.source.modificationMilliseconds)
            files[file] = files[file] ?? record.id
        }
    }

    let enlistment: Enlistment
    private let profileDigest: Digest
    private let pruneMinimum: Int
    private let memory: Mutex<Memory>
    private let isStopped = Atomic<Bool>(false)

    private static let pageSize = 500

    /// - Parameters:
    ///   - output: Above all outputs; absolute.
    ///   - pruneMinimum: With how many promises it is first looked which of their jobs have ended.
    init(enlistment: Enlistment, output: String, pruneMinimum: Int = 1000) throws {
        self.enlistment = enlistment
        self.pruneMinimum = pruneMinimum
        let profile = ProfileIdentity.digest(of: enlistment.profile)
        profileDigest = profile
        var memory = Memory(places: WatchedPlaces(output: output), pruneAt: pruneMinimum)
        // Outputs that are promised to others are in the way too; what others failed at is theirs.
        for query in [
            JobQuery(states: [.planning, .running], limit: WatchEnlistment.pageSize),
            JobQuery(
                tenant: enlistment.tenant, states: [.failed, .cancelled],
                limit: WatchEnlistment.pageSize),
        ] {
            var query = query
            while true {
                let page = try enlistment.workplace.ledger.jobs(query)
                for record in page {
                    memory.note(
                        record,
                        isOwn: record.profileDigest == profile
                            && record.tenant == enlistment.tenant)
                }
                guard page.count == query.limit, let last = page.last else { break }
                query.after = last.id
            }
        }
        self.memory = Mutex(memory)
    }

    /// Ends what is being read now with a `CancellationError`, and all that would be read later.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// `name` is the path below the watched folder, `sight` what the file was when it had settled; `say` hears what a
    /// person should know. Fails with `sourceChanged` when it is not that any more, or is being written.
    func enlist(
        _ path: String, name: String, sight: Sight, say: (String) -> Void
    ) throws -> Outcome {
        try memory.withLock { memory in
            let source = try SourceFile.open(path)
            let file = File(
                path: path, byteCount: source.byteCount,
                modificationMilliseconds: source.modificationMilliseconds)
            try requireStill(path, sight)
            let output = memory.places.output
            if let job = try memory.files[file] ?? published(file, name, output) {
                return .known(job)
            }
            let workplace = enlistment.workplace
            try workplace.settings.limits.requireBytes(source.byteCount, name: path)
            let digest = try digest(of: source, file, sight, &memory)
            let places = WatchedPlaces.candidates(name, digest).map { output + "/" + $0 }
            if let job = try known(digest, places, memory) {
                memory.files[file] = job
                memory.hashed = nil
                return .known(job)
            }
            return try enlist(source, digest, file, places, &memory, say)
        }
    }

    /// Whether a file is what has settled, and nobody writes it: what is half there is never enqueued.
    private func requireStill(_ path: String, _ sight: Sight) throws {
        guard Sight.of(path) == sight, isOpenForWriting(path) != true else {
            throw Failure(
                .permanent, .sourceChanged,
                "\(path): the file has changed, or is written again, since it had settled. It is "
                    + "looked at again.")
        }
    }

    /// Reads the file, but not again what was read just before.
    private func digest(
        of source: SourceFile, _ file: File, _ sight: Sight, _ memory: inout Memory
    ) throws -> Digest {
        if let hashed = memory.hashed, hashed.file == file, hashed.sight == sight {
            return hashed.digest
        }
        // Reading may take hours; what could not be enqueued after it is not begun.
        try enlistment.workplace.requireRoom()
        guard let digest = try source.hash(goesOn: { !isStopped.load(ordering: .relaxed) }) else {
            throw CancellationError()
        }
        try requireStill(file.path, sight)
        memory.hashed = (file, sight, digest)
        return digest
    }

    /// The job that does this work, or has done it, at whichever place.
    private func known(
        _ digest: Digest, _ places: [String], _ memory: Memory
    ) throws -> JobID? {
        for place in places {
            let content = ProfileIdentity.content(
                source: digest, profile: profileDigest, destination: place)
            if let job = memory.works[content] { return job }
            let live = try enlistment.workplace.ledger.liveJob(
                content: content, tenant: enlistment.tenant)
            if let live { return live.id }
        }
        return nil
    }

    /// Makes the job, at the first place that can be had.
    private func enlist(
        _ source: SourceFile, _ digest: Digest, _ file: File, _ places: [String],
        _ memory: inout Memory, _ say: (String) -> Void
    ) throws -> Outcome {
        try pruneIfDue(&memory)
        var taken: String?
        for place in places {
            if let other = try occupant(of: place, &memory) {
                taken = taken ?? other
                continue
            }
            do {
                let outcome = try enlistment.enlist(source, digest, to: place)
                let content = ProfileIdentity.content(
                    source: digest, profile: profileDigest, destination: place)
                memory.places.promise(
                    place, WatchedPlaces.Promise(job: outcome.job, content: content))
                memory.works[content] = outcome.job
                memory.files[file] = outcome.job
                memory.hashed = nil
                guard case .created(let job) = outcome else { return .known(outcome.job) }
                if let taken {
                    say("\(file.path): \(taken) is another video's; this one goes to \(place)")
                }
                return .created(job, output: place)
            } catch let failure as Failure where failure.code == .destinationExists {
                taken = taken ?? place
            }
        }
        throw Failure(
            .permanent, .destinationExists,
            "\(file.path): every place for it below \(memory.places.output) is taken. Remove what is "
                + "there.")
    }

    /// The output, promised or published, that has a place, lies around it or within it. What is published within it is
    /// found when the place itself is looked at.
    private func occupant(of place: String, _ memory: inout Memory) throws -> String? {
        for other in memory.places.conflicts(place)
        where try !release(other, &memory) { return other }
        return memory.places.publishedAround(place)
    }

    /// Forgets a promise whose job has ended, however it ended; false while it is under way.
    private func release(_ place: String, _ memory: inout Memory) throws -> Bool {
        guard let promise = memory.places.promises[place] else { return true }
        let record = try enlistment.workplace.ledger.job(promise.job)
        if let record, !record.state.isFinal { return false }
        memory.places.release(place)
        // What is ready the ledger and the receipt tell of; what failed is remembered, so that it is not made again.
        if record?.state == .ready { memory.works[promise.content] = nil }
        return true
    }

    /// Now and then, so that the work is in proportion to what is enlisted.
    private func pruneIfDue(_ memory: inout Memory) throws {
        guard memory.places.promises.count >= memory.pruneAt else { return }
        var ready: Set<JobID> = []
        for (place, promise) in memory.places.promises where try release(place, &memory) {
            if memory.works[promise.content] == nil { ready.insert(promise.job) }
        }
        memory.files = memory.files.filter { !ready.contains($0.value) }
        memory.pruneAt = max(pruneMinimum, 2 * memory.places.promises.count)
    }

    /// Forgets files that are not in the folder any more.
    func keep(only paths: Set<String>) {
        memory.withLock { memory in
            memory.files = memory.files.filter { paths.contains($0.key.path) }
        }
    }

    /// How much is remembered: promises, works and files. For tests.
    var counts: [Int] {
        memory.withLock { [$0.places.promises.count, $0.works.count, $0.files.count] }
    }

    /// The job that published what this file was, without reading it.
    private func published(_ file: File, _ name: String, _ output: String) throws -> JobID? {
        for place in WatchedPlaces.candidates(name, nil) {
            let path = output + "/" + place + "/" + OutputLayout.receiptPath
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            do {
                let job = try Receipt.read([UInt8](data), name: path).job
                guard let record = try enlistment.workplace.ledger.job(job),
                    record.tenant == enlistment.tenant, record.profileDigest == profileDigest,
                    record.source.locator == file.path,
                    record.source.byteCount == file.byteCount,
                    record.source.modificationMilliseconds == file.modificationMilliseconds
                else { continue }
                return record.id
            } catch is Failure { continue }
        }
        return nil
    }
}
