// For people: a table on a terminal, or one for a page.
extension TraceReport {
    /// Lines of a table: what is told, and the figure of each fleet.
    private var rows: [(name: String, cells: [String])] {
        func row(_ name: String, _ cell: (FleetReport) -> String) -> (String, [String]) {
            (name, fleets.map(cell))
        }
        func times(_ figures: LatencyFigures) -> String {
            "\(plain(figures.p50)) / \(plain(figures.p95)) / \(plain(figures.p99)) s"
        }
        var rows = [
            row("workers (nodes)") { "\($0.outcome.workers) (\($0.outcome.nodes))" },
            row("utilisation, mean / busiest hour") {
                "\(percent($0.outcome.utilisation)) / "
                    + percent($0.outcome.utilisationByHour.max() ?? 0)
            },
            row("first playable, clips to 60 s, p50 / p95 / p99") {
                times($0.outcome.playableOfClips)
            },
            row("first playable, all") { times($0.outcome.playable) },
            row("ready, clips to 60 s") { times($0.outcome.readyOfClips) },
            row("ready, all") { times($0.outcome.ready) },
            row("jobs ready / failed") { "\($0.outcome.jobsReady) / \($0.outcome.jobsFailed)" },
            row("units / attempts") { "\($0.outcome.units) / \($0.outcome.attempts)" },
            row("core-hours") { plain($0.outcome.coreHours) },
            row("… of a clairvoyant") { plain($0.outcome.boundCoreHours) },
            row("… ratio") { hundredths($0.costRatio) + "×" },
            row("work doubled by hedges") {
                "\(percent($0.outcome.doubledShare)), \(percent($0.outcome.doubledWorkerShare)) of "
                    + "workers' time (\($0.outcome.hedges) hedges, \($0.outcome.overtaken) overtaken)"
            },
            row("work that came to nothing") { percent($0.outcome.wastedShare) },
            row("predictions of encodes off by") { percent($0.outcome.predictionError) },
            row("nodes that died / leases taken back") {
                "\($0.outcome.nodesDied) / \($0.outcome.leasesTakenBack)"
            },
            row("ledger operations a second, mean / peak") {
                "\(plain($0.outcome.ledgerOperationsOfSecond)) / "
                    + "\($0.outcome.ledgerOperationsPeak)"
            },
            row("processor time of decisions and ledger, of that of encodes") {
                percent($0.cost.shareOfEncodes)
            },
            row("memory of the simulation") { "\($0.cost.peakMemoryBytes / 1_000_000) MB" },
            row("simulated in") { "\(plain($0.cost.wallSeconds)) s" },
        ]
        if slowShare > 0 {
            rows.append(
                (
                    "p99 of ready, against none slow",
                    slowdowns.map { hundredths($0) + "×" }
                ))
        }
        return rows
    }

    private var heading: String {
        "\(uploads) uploads (\(plain(videoHours)) h of video) in \(plain(hours)) h, seed \(seed), "
            + "lengths \(plain(lengths.p50)) / \(plain(lengths.p95)) / \(plain(lengths.p99)) s, "
            + (isLearned ? "learned predictions" : "predictions of the cost model")
            + (slowShare > 0
                ? ", \(percent(slowShare)) of attempts \(plain(slowFactor)) times slow" : "")
    }

    /// Without the verdict.
    public var text: String {
        let width = rows.map(\.name.count).max() ?? 0
        let columns = fleets.indices.map { fleet in rows.map { $0.cells[fleet].count }.max() ?? 0 }
        let lines = rows.map { row in
            padded(row.name, width + 2)
                + zip(row.cells, columns).map { cell, width in
                    String(repeating: " ", count: width - cell.count) + cell
                }.joined(separator: "   ")
        }
        return heading + "\n\n" + lines.joined(separator: "\n")
    }

    public var markdown: String {
        let head = "| \(heading) |" + fleets.map { _ in " |" }.joined()
        let rule = "|---|" + fleets.map { _ in "---:|" }.joined()
        let lines = rows.map { row in
            "| \(row.name) |" + row.cells.map { " \($0) |" }.joined()
        }
        return ([head, rule] + lines).joined(separator: "\n")
    }
}

extension MakespanStudy.Report {
    public var text: String {
        let head =
            "makespan of batches on \(workers) workers, against the least possible, "
            + (isLearned ? "learned predictions" : "predictions of the cost model")
        let lines = rows.map { row in
            padded("\(row.uploads) at once, \(row.tenantsText)", 28)
                + "p50 \(hundredths(row.p50))×  p95 \(hundredths(row.p95))×  worst "
                + "\(hundredths(row.maximum))×  (\(row.batches) batches, \(plain(row.seconds.p50)) s "
                + "in the median)"
        }
        return ([head, ""] + lines).joined(separator: "\n")
    }

    public var markdown: String {
        let lines = rows.map { row in
            "| \(row.uploads), \(row.tenantsText) | \(hundredths(row.p50))× | \(hundredths(row.p95))× | "
                + "\(hundredths(row.maximum))× | \(plain(row.seconds.p50)) s |"
        }
        return
            ([
                "| uploads at once, \(workers) workers | p50 | p95 | worst | makespan, median |",
                "|---:|---:|---:|---:|---:|",
            ] + lines).joined(separator: "\n")
    }
}

extension MakespanStudy.Row {
    fileprivate var tenantsText: String { isOneTenants ? "one tenant's" : "of several" }
}

extension Replay.Report {
    public var text: String {
        """
        job \(job), \(units) units, \(workers) workers
          real       \(hundredths(realSeconds)) s
          simulated  \(hundredths(simulatedSeconds)) s (\(difference < 0 ? "" : "+")\(percent(difference))), \
        each unit as long as it took
          simulated  \(hundredths(simulatedCPUSeconds)) s, each unit its processor time only
        """
    }
}

/// Three figures at most, none behind the point from a hundred on.
private func plain(_ value: Double) -> String {
    if value >= 99.95 || value == value.rounded() { return String(Int(value.rounded())) }
    return value >= 9.95 ? decimal(value, 10) : hundredths(value)
}

private func hundredths(_ value: Double) -> String { decimal(value, 100) }

/// A share of one, in percent.
private func percent(_ value: Double) -> String {
    abs(value) >= 0.0995 ? decimal(value * 100, 10) + " %" : hundredths(value * 100) + " %"
}

private func decimal(_ value: Double, _ steps: Int) -> String {
    let count = Int((abs(value) * Double(steps)).rounded())
    let rest = String(count % steps)
    let width = String(steps).count - 1
    return (value < 0 && count > 0 ? "-" : "") + "\(count / steps)."
        + String(repeating: "0", count: width - rest.count) + rest
}
