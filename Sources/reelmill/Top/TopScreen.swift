import Ledger
import TranscodeModel

/// One line of a screen.
struct ScreenLine: Equatable {
    enum Style { case plain, bold, dim, chosen, alarm }
    var text: String
    var style = Style.plain
}

/// Lays a view out in so many columns and rows.
struct TopScreen {
    let view: TopView
    let columns: Int
    let rows: Int

    private static let backfillsMaximum = 3
    private static let keys =
        "↑↓ choose  c cancel  r retry  p pause  + − priority  tab list  q quit"

    var lines: [ScreenLine] {
        let head = summary
        let work = underWay
        // The keys and the message are always there; the list of jobs has what is left.
        let fixed = head.count + 3
        let workRows = min(work.count, max(2, (rows - fixed) / 2))
        let jobRows = max(1, rows - fixed - workRows - 1)
        var lines = head + [ScreenLine(text: "")] + work.prefix(workRows)
        lines.append(ScreenLine(text: tabs))
        lines += jobs(jobRows)
        while lines.count < rows - 1 { lines.append(ScreenLine(text: "")) }
        lines = Array(lines.prefix(max(0, rows - 1)))
        lines.append(
            view.message.isEmpty
                ? ScreenLine(text: Self.keys, style: .dim)
                : ScreenLine(text: view.message, style: .bold))
        return lines.map {
            ScreenLine(text: ScreenText.fitted($0.text, columns), style: $0.style)
        }
    }

    // What there is in all

    private var summary: [ScreenLine] {
        let overview = view.overview
        let title = "reelmill top  \(view.state)"
        var lines = [
            ScreenLine(
                text: ScreenText.fitted(title, max(0, columns - view.clock.count - 1)) + " "
                    + view.clock, style: .bold)
        ]
        let counts = JobState.allCases.map { "\(overview.jobs[$0] ?? 0) \($0.rawValue)" }
        lines.append(ScreenLine(text: "jobs   " + counts.joined(separator: ", ")))
        lines.append(ScreenLine(text: "queue  " + queue))
        let workers = overview.nodes.reduce(0) { $0 + $1.workers }
        let busy = overview.underWay.reduce(0) { $0 + ($1.rivalNode == nil ? 1 : 2) }
        let nodes =
            overview.nodes.isEmpty
            ? "none; start one with `reelmill run`"
            : "\(overview.nodes.count), \(busy) of \(workers) workers busy"
        let tenants = overview.tenants.filter { $0.leased > 0 }.map {
            "\($0.id) \($0.leased)\($0.cap.map { "/\($0)" } ?? "")"
        }
        lines.append(
            ScreenLine(
                text: "nodes  \(nodes)"
                    + (tenants.isEmpty ? "" : "   tenants  " + tenants.joined(separator: ", ")),
                style: overview.nodes.isEmpty && overview.backlog.units > 0 ? .alarm : .plain))
        for backfill in view.backfills.prefix(Self.backfillsMaximum) {
            lines.append(
                ScreenLine(
                    text: "fill   \(backfill.record.name) \(backfill.record.state.rawValue): "
                        + BackfillText.counts(backfill.counts),
                    style: backfill.record.state == .stopped ? .alarm : .plain))
        }
        for breaker in overview.breakers where breaker.state == .open {
            lines.append(
                ScreenLine(text: "OPEN   \(breaker.key): \(breaker.reason)", style: .alarm))
        }
        return lines
    }

    private var queue: String {
        let (backlog, done) = (view.overview.backlog, view.overview.throughput)
        var words = ["\(backlog.units) tasks"]
        if backlog.planningJobs > 0 { words.append("\(backlog.planningJobs) to probe") }
        if view.rowsToCome > 0 { words.append("\(view.rowsToCome) rows to come") }
        if done.milliseconds >= 1000, done.units > 0 {
            let rate = Double(done.units) * 60_000 / Double(done.milliseconds)
            words.append("\(Quantity.decimal(rate, rate < 10 ? 1 : 0)) tasks/min")
        }
        if view.framesPerSecond > 0 {
            words.append("\(Quantity.decimal(view.framesPerSecond, 0)) fps")
        }
        let realtime = view.units.compactMap {
            $0.framesPerSecond == nil ? nil : $0.realtimeFactor
        }.reduce(0, +)
        if realtime > 0 { words.append("\(Quantity.decimal(realtime, 2))× realtime") }
        if let seconds = view.remainingSeconds {
            words.append(seconds > 0 ? "ETA \(Quantity.clock(seconds: seconds))" : "all done")
        } else {
            words.append("ETA not known yet")
        }
        return words.joined(separator: ", ")
    }

    // Workers and their units

    private var underWay: [ScreenLine] {
        guard !view.units.isEmpty else {
            return [ScreenLine(text: "no task is under way", style: .dim)]
        }
        let header = row(
            "NODE", "TASK", "KIND", "DONE", "FPS", "×REAL", "TIME", "SOURCE")
        return [ScreenLine(text: header, style: .dim)]
            + view.units.map { unit in
                let task = unit.underWay
                let elapsed =
                    Double(view.overview.nowMilliseconds - task.startedMilliseconds) / 1000
                return ScreenLine(
                    text: row(
                        task.node.text, "\(task.unit)",
                        task.kind.rawValue + (task.rivalNode == nil ? "" : " ×2"),
                        unit.fraction.map { "\(Int($0 * 100)) %" } ?? "",
                        unit.framesPerSecond.map { Quantity.decimal($0, 0) } ?? "",
                        unit.realtimeFactor.map { Quantity.decimal($0, 2) } ?? "",
                        Quantity.clock(seconds: max(0, elapsed)),
                        unit.source + (task.attempt > 1 ? "  (attempt \(task.attempt))" : "")),
                    style: task.attempt > 1 ? .bold : .plain)
            }
    }

    private func row(
        _ node: String, _ task: String, _ kind: String, _ done: String, _ speed: String,
        _ realtime: String, _ time: String, _ source: String
    ) -> String {
        // At 80 columns 18 are left for the source.
        [
            ScreenText.fitted(node, 8), ScreenText.fitted(task, 17), ScreenText.fitted(kind, 9),
            ScreenText.fitted(done, 5, alignsRight: true),
            ScreenText.fitted(speed, 4, alignsRight: true),
            ScreenText.fitted(realtime, 5, alignsRight: true),
            ScreenText.fitted(time, 7, alignsRight: true), source,
        ].joined(separator: " ")
    }

    // Jobs

    private var tabs: String {
        let names = TopView.Tab.allCases.map {
            $0 == view.tab ? "[\($0.rawValue)]" : " \($0.rawValue) "
        }
        return String(repeating: "─", count: 2) + names.joined(separator: " ") + " "
            + String(repeating: "─", count: max(0, columns - 30))
    }

    private func jobs(_ rows: Int) -> [ScreenLine] {
        let header =
            ScreenText.fitted("JOB", 14) + ScreenText.fitted("STATE", 11)
            + ScreenText.fitted("UNITS", 10, alignsRight: true)
            + ScreenText.fitted("DONE", 6, alignsRight: true)
            + ScreenText.fitted("PRIO", 6, alignsRight: true) + "  "
            + ScreenText.fitted("CLASS", 9) + "SOURCE"
        var lines = [ScreenLine(text: header, style: .dim)]
        guard !view.jobs.isEmpty else {
            return lines + [ScreenLine(text: "no jobs here", style: .dim)]
        }
        // The chosen job is always in sight.
        let first = max(0, min((view.selected ?? 0) - rows + 2, view.jobs.count - rows + 1))
        for (index, job) in view.jobs.enumerated().dropFirst(first).prefix(rows - 1) {
            lines.append(
                ScreenLine(
                    text: text(job),
                    style: index == view.selected
                        ? .chosen : job.record.state == .failed ? .alarm : .plain))
        }
        return lines
    }

    private func text(_ job: TopView.Job) -> String {
        let record = job.record
        let isHeld =
            (record.terms.leasableUntilMilliseconds ?? .max) <= view.overview.nowMilliseconds
        let state = isHeld && !record.state.isFinal ? "paused" : record.state.rawValue
        let tail =
            record.failure.map { "\($0.code.rawValue): \($0.message)" } ?? record.cancelReason
        return ScreenText.fitted(record.id.text, 14) + ScreenText.fitted(state, 11)
            + ScreenText.fitted(
                "\(record.unitsDone)/\(record.unitsTotal)", 10, alignsRight: true)
            + ScreenText.fitted(
                job.fraction.map { "\(Int($0 * 100)) %" } ?? "", 6, alignsRight: true)
            + ScreenText.fitted("\(record.priority)", 6, alignsRight: true) + "  "
            + ScreenText.fitted(record.jobClass.rawValue, 9)
            + [
                record.tenant == .standard ? "" : "\(record.tenant): ", record.source.displayName,
                tail.map { "  \($0)" } ?? "",
            ].joined()
    }
}
