import Foundation
import Ledger
import Node
import Planner
import TranscodeModel

/// Times what a person waits for when a catalogue is large.
struct CatalogueBench {
    let rows: Int
    let pages: Int
    let directory: String

    private static let pageRows = 50
    private static let jobsAtOnce = 512
    private static let batchRows = 1000

    func run(_ note: (String) -> Void) throws -> CatalogueBenchReport {
        let folder =
            directory + "/reelmill-catalogue-"
            + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        do {
            let report = try measure(folder, note)
            try FileManager.default.removeItem(atPath: folder)
            return report
        } catch {
            try FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    private func measure(
        _ folder: String, _ note: (String) -> Void
    ) throws -> CatalogueBenchReport {
        var settings = try Settings.resolve(state: folder + "/state")
        settings.stateDirectory = folder + "/state"
        let workplace = try Workplace.open(settings)
        var report = CatalogueBenchReport(rows: rows, machine: Processor.name)
        note("making a list of \(rows) rows")
        let list = folder + "/list.csv"
        try makeList(list)
        let profile = try ProfileLoading.load("mp4")
        // The second time over the rows that there are.
        for phase in ["rows listed", "rows listed again"] {
            note(phase)
            report.beginPhase()
            let seconds = try LedgerBenchTime.seconds {
                _ = try CatalogueDraft(
                    ledger: workplace.ledger, name: "bench",
                    listing: CatalogueListing(sources: [], list: try ListFile(list, format: nil)),
                    output: folder + "/out", profile: profile, settings: BackfillSettings()
                ).list()
            }
            report.endPhase(phase, rate: Double(rows) / seconds)
        }
        note("enqueueing \(rows) jobs")
        report.beginPhase()
        let enqueueing = try LedgerBenchTime.seconds { try enqueue(workplace, profile) }
        report.endPhase("jobs enqueued", rate: Double(rows) / enqueueing)
        try endSome(workplace)
        note("timing pages")
        try timePages(workplace, &report)
        return report
    }

    /// Written in pieces: the list is larger than what is kept of it.
    private func makeList(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw CommandFault(.unreachable, "\(path): the list cannot be made")
        }
        try file.write(contentsOf: Data("input,tenant,key,title\n".utf8))
        for start in stride(from: 0, to: rows, by: Self.batchRows) {
            let lines = (start..<min(rows, start + Self.batchRows)).map {
                "/srv/catalogue/\($0 / 1000)/\($0).mov,studio-\($0 % 7),upload-\($0),Title \($0)\n"
            }
            try file.write(contentsOf: Data(lines.joined().utf8))
        }
        try file.close()
    }

    private func enqueue(_ workplace: Workplace, _ profile: Profile) throws {
        let digest = ProfileIdentity.digest(of: profile)
        for start in stride(from: 0, to: rows, by: Self.jobsAtOnce) {
            let jobs = (start..<min(rows, start + Self.jobsAtOnce)).map { number in
                var job = LedgerBenchScene.submission(number)
                (job.profile, job.profileDigest) = (profile, digest)
                job.terms.backfill = "bench"
                return job
            }
            _ = try workplace.ledger.enqueue(jobs)
        }
    }

    private func endSome(_ workplace: Workplace) throws {
        for number in stride(from: 0, to: rows, by: 5) {
            _ = try workplace.ledger.cancel(LedgerBenchScene.job(number), reason: "bench")
        }
    }

    private func timePages(
        _ workplace: Workplace, _ report: inout CatalogueBenchReport
    ) throws {
        let ledger = workplace.ledger
        try report.time("a page of \(Self.pageRows) rows", pages) {
            _ = try ledger.rows(
                BackfillRowQuery(limit: Self.pageRows, after: Int.random(in: -1..<rows)),
                of: "bench")
        }
        try report.time("a page of rows in one state", pages) {
            _ = try ledger.rows(
                BackfillRowQuery(
                    states: [.pending], limit: Self.pageRows, after: Int.random(in: -1..<rows)),
                of: "bench")
        }
        try report.time("a page of \(Self.pageRows) jobs", pages) {
            _ = try ledger.jobs(
                JobQuery(
                    limit: Self.pageRows, after: LedgerBenchScene.job(Int.random(in: 0..<rows))))
        }
        try report.time("a page of jobs in one state", pages) {
            _ = try ledger.jobs(
                JobQuery(
                    states: [.cancelled], limit: Self.pageRows,
                    after: LedgerBenchScene.job(Int.random(in: 0..<rows))))
        }
        try report.time("backfill status", min(pages, 50)) {
            _ = try ledger.rowCounts(of: "bench")
        }
        try report.time("status", min(pages, 50)) {
            _ = try ledger.jobCounts()
            _ = try ledger.nodes()
            _ = try ledger.breakers()
            _ = try ledger.tenants()
            for job in try ledger.jobs(JobQuery(states: [.planning, .running], limit: 20)) {
                _ = try JobReport(job, from: ledger)
            }
        }
        let sampler = TopSampler(workplace)
        try report.time("top, one refresh", min(pages, 50)) {
            let view = try sampler.view(.underWay, jobsMaximum: 24)
            _ = TopScreen(view: view, columns: 80, rows: 24).lines
        }
    }
}
