import ArtifactStore
import Foundation
import Ledger
import Packager
import Planner
import TranscodeModel

/// Turns settled files of a watched folder into jobs: each content once, whatever happened to the file, and whatever
/// ended the watch in between.
struct WatchEnlistment {
    enum Outcome {
        case created(JobID, output: String)
        /// The ledger has this very work already, in whatever state.
        case known(JobID)
    }

    /// Work as the ledger knows it, by what names it.
    private struct Work: Hashable {
        var source: Digest
        var destination: String
    }

    /// A file as it was when its job was made.
    private struct File: Hashable {
        var path: String
        var byteCount: Int64
        var modificationMilliseconds: Int64
    }

    let enlistment: Enlistment
    /// Above all outputs; absolute.
    let output: String
    private let profileDigest: Digest
    /// Jobs that are under way, failed or cancelled have no receipt that tells of them.
    private var works: [Work: JobID] = [:]
    private var files: [File: JobID] = [:]
    /// Destinations of jobs that are under way.
    private var promised: [String: Digest] = [:]

    private static let pageSize = 500

    init(enlistment: Enlistment, output: String) throws {
        self.enlistment = enlistment
        self.output = output
        profileDigest = ProfileIdentity.digest(of: enlistment.profile)
        var last: JobID?
        while true {
            let page = try enlistment.workplace.ledger.jobs(
                JobQuery(
                    tenant: enlistment.tenant, states: [.planning, .running, .failed, .cancelled],
                    limit: WatchEnlistment.pageSize, after: last))
            for record in page { note(record) }
            guard page.count == WatchEnlistment.pageSize else { return }
            last = page.last?.id
        }
    }

    private mutating func note(_ record: JobRecord) {
        if !record.state.isFinal { promised[record.destination] = record.source.digest }
        guard record.profileDigest == profileDigest else { return }
        let work = Work(source: record.source.digest, destination: record.destination)
        works[work] = works[work] ?? record.id
        let file = File(
            path: record.source.locator, byteCount: record.source.byteCount,
            modificationMilliseconds: record.source.modificationMilliseconds)
        files[file] = files[file] ?? record.id
    }

    /// `name` is the path below the watched folder; `say` hears what a person should know.
    mutating func enlist(
        _ path: String, name: String, say: (String) -> Void
    ) throws -> Outcome {
        let source = try SourceFile.open(path)
        let file = File(
            path: path, byteCount: source.byteCount,
            modificationMilliseconds: source.modificationMilliseconds)
        if let job = try files[file] ?? published(file, name) { return .known(job) }
        try enlistment.workplace.settings.limits.requireBytes(source.byteCount, name: path)
        let digest = try source.hash()
        try SourceFile.open(path).requireUnchanged(
            byteCount: source.byteCount, modificationMilliseconds: file.modificationMilliseconds)
        let places = WatchEnlistment.places(name, digest).map { output + "/" + $0 }
        for (index, place) in places.enumerated() {
            if let job = works[Work(source: digest, destination: place)] { return .known(job) }
            if let promise = promised[place], promise != digest { continue }
            let isLast = index == places.count - 1
            do {
                let outcome = try enlistment.enlist(source, digest, to: place)
                works[Work(source: digest, destination: place)] = outcome.job
                promised[place] = digest
                files[file] = outcome.job
                guard case .created(let job) = outcome else { return .known(outcome.job) }
                if index > 0 {
                    say(
                        "\(path): \(places[0]) is another video's; this one goes to \(place)")
                }
                return .created(job, output: place)
            } catch let failure as Failure where failure.code == .destinationExists && !isLast {
                continue
            }
        }
        throw Failure(
            .permanent, .destinationExists,
            "\(path): every place for it below \(output) is taken. Remove what is there.")
    }

    /// The job that published what this file was, without reading it.
    private func published(_ file: File, _ name: String) throws -> JobID? {
        for place in WatchEnlistment.places(name, nil) {
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

    /// Where the output of a file may go, the best first: its name as `backfill` has it; the name with its extension, when
    /// another video has the first; with the beginning of its digest, when that place is taken too, as it is by
    /// what the file was before it was replaced.
    static func places(_ name: String, _ digest: Digest?) -> [String] {
        let stem = (name as NSString).deletingPathExtension
        return [stem, name] + (digest.map { ["\(stem)-\($0.hex.prefix(8))"] } ?? [])
    }
}
