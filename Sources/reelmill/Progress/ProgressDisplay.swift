import Foundation
import Ledger
import Logging
import Node
import TranscodeModel

/// Shows the jobs that are under way on standard error: bars on a terminal, a line now and then off it.
struct ProgressDisplay: Sendable {
    let ledger: any Ledger
    let board: ProgressBoard
    /// Only these jobs; nil for all.
    let jobs: Set<JobID>?
    /// A line above all; nil for none.
    let headline: @Sendable () -> String?

    private static let linesMaximum = 8
    private static let silenceSeconds = 10.0

    /// What was seen of a job when it was first looked at, and its plan, which never changes.
    private struct Sight {
        var first: JobProgress
        var start: UInt64
        var plan: Plan?
    }

    /// Runs until its task is cancelled.
    func run() async throws {
        let isTerminal = Console.allowsEscapes
        var sights: [JobID: Sight] = [:]
        var lastLine = DispatchTime.now().uptimeNanoseconds
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .milliseconds(isTerminal ? 250 : 1000))
            } catch { break }
            let now = DispatchTime.now().uptimeNanoseconds
            guard isTerminal || Double(now - lastLine) / 1e9 >= ProgressDisplay.silenceSeconds
            else { continue }
            lastLine = now
            let headline = headline()
            let lines = try lines(&sights, now)
            if isTerminal {
                let shown = (headline.map { [$0] } ?? []) + lines.map(\.text)
                Console.show(Task.isCancelled ? [] : shown)
            } else if Console.logFormat == .json {
                if let headline { Console.log(.info, headline, [:]) }
                for line in lines {
                    Console.log(
                        .info, line.text, ["job": line.job.text, "tenant": line.tenant.text])
                }
            } else {
                if let headline { Console.note(headline) }
                for line in lines { Console.note(line.text) }
            }
        }
        if isTerminal { Console.show([]) }
    }

    private struct Line {
        var job: JobID
        var tenant: TenantID
        var text: String
    }

    private func lines(_ sights: inout [JobID: Sight], _ now: UInt64) throws -> [Line] {
        try underWay().map { record in
            Line(job: record.id, tenant: record.tenant, text: try text(record, &sights, now))
        }
    }

    private func text(
        _ record: JobRecord, _ sights: inout [JobID: Sight], _ now: UInt64
    ) throws -> String {
        let units = try ledger.units(ofJob: record.id)
        let plan = try sights[record.id]?.plan ?? ledger.plan(ofJob: record.id)
        let progress = JobProgress(record, units: units, plan: plan) { board.done($0) }
        if plan == nil || sights[record.id]?.plan == nil {
            sights[record.id] = Sight(first: progress, start: now, plan: plan)
        }
        guard let sight = sights[record.id] else { return record.source.displayName }
        return ProgressLine.text(
            record.source.displayName, progress,
            JobPace(
                first: sight.first, now: progress,
                elapsedSeconds: Double(now - sight.start) / 1e9),
            barColumns: Console.columns < 110 ? 10 : 20)
    }

    private func underWay() throws -> [JobRecord] {
        if let jobs {
            return Array(
                try jobs.compactMap { try ledger.job($0) }.filter { !$0.state.isFinal }
                    // Those that have come furthest are the ones being worked on.
                    .sorted { ($0.unitsDone, $0.id.text) > ($1.unitsDone, $1.id.text) }
                    .prefix(ProgressDisplay.linesMaximum))
        }
        return try ledger.jobs(
            JobQuery(
                states: [.planning, .running], limit: ProgressDisplay.linesMaximum))
    }
}
