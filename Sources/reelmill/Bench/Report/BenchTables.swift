/// The tables of a report, for text and for Markdown.
struct BenchTable {
    var title: String
    var header: [String]
    /// Columns of numbers.
    var numbers: Set<Int>
    var rows: [[String]]

    var text: String {
        var table = TextTable(header: header.map { $0.uppercased() }, rightAligned: numbers)
        for row in rows { table.add(row) }
        return table.text
    }

    var markdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let rule = header.indices.map { numbers.contains($0) ? "---:" : "---" }
        return ([line(header), line(rule)] + rows.map(line)).joined(separator: "\n")
    }
}

extension BenchReport {
    var tables: [BenchTable] {
        [samplesTable, summaryTable, splitTable, equalQualityTable, qualityTable, scalingTable]
            .compactMap { $0 } + seamTables + [targetTable].compactMap { $0 }
    }

    private func title(_ series: BenchSeries) -> String {
        series.workers.map { "\(series.name), \($0) \($0 == 1 ? "worker" : "workers")" }
            ?? series.name
    }

    private var samplesTable: BenchTable {
        let shown = [series] + rivals.map(\.series)
        return BenchTable(
            title: "Every run",
            header: [
                "", "Wall s", "CPU s", "× realtime", "Cores busy", "Peak memory", "Track bytes",
            ],
            numbers: [1, 2, 3, 4, 5, 6],
            rows: shown.flatMap { series in
                series.samples.enumerated().map { index, sample in
                    [
                        "\(series.name) \(index + 1)", Quantity.decimal(sample.wallSeconds, 2),
                        Quantity.decimal(sample.cpuSeconds, 2),
                        Quantity.decimal(videoSeconds / max(sample.wallSeconds, 1e-9), 2),
                        percent(sample.utilisation(cores: fingerprint.cores)),
                        sample.memory.map { Quantity.bytes($0.bytes) } ?? "–",
                        Quantity.bytes(sample.trackBytes),
                    ]
                }
            })
    }

    private var summaryTable: BenchTable {
        func spread(_ spread: Spread) -> String {
            "\(Quantity.decimal(spread.median, 2)) (\(Quantity.decimal(spread.minimum, 2)) to "
                + "\(Quantity.decimal(spread.maximum, 2)))"
        }
        var rows = [row(series, spread, nil)]
        for rival in rivals {
            rows.append(
                row(rival.series, spread, [rival.wallRatio, rival.cpuRatio, rival.byteRatio]))
        }
        return BenchTable(
            title: "Medians, and from the least to the most",
            header: [
                "", "Wall s", "CPU s", "× realtime", "Peak memory", "Ours over it: wall", "CPU",
                "bytes",
            ], numbers: [1, 2, 3, 4, 5, 6, 7], rows: rows)
    }

    private func row(
        _ series: BenchSeries, _ spread: (Spread) -> String, _ ratios: [Double]?
    ) -> [String] {
        [
            title(series), spread(series.wall), spread(series.cpu),
            Quantity.decimal(series.realtimeFactor, 2),
            series.peakMemoryBytes.map(Quantity.bytes) ?? "–",
        ] + (ratios.map { $0.map { Quantity.decimal($0, 3) } } ?? ["", "", ""])
    }

    private var splitTable: BenchTable? {
        guard let split = series.split, split.total > 0 else { return nil }
        var rows = split.parts.map {
            [$0.name, Quantity.decimal($0.cpuSeconds, 3), percent($0.cpuSeconds / split.total)]
        }
        rows.append(["in all", Quantity.decimal(split.total, 3), percent(1)])
        if let idle = series.median(\.span.idleSeconds),
            let busy = series.median(\.span.utilisation)
        {
            rows.append(["idle cores", Quantity.decimal(idle, 3), ""])
            rows.append(["cores busy, first lease to last commit", "", percent(busy)])
        }
        return BenchTable(
            title: "CPU time by stage, the median of ours", header: ["Stage", "CPU s", "Share"],
            numbers: [1, 2], rows: rows)
    }

    private var equalQualityTable: BenchTable? {
        var rows: [[String]] = []
        for rival in rivals {
            for ratio in rival.equalQuality ?? [] {
                rows.append([
                    rival.series.name, ratio.rival.metric.rawValue.uppercased(),
                    Quantity.decimal(ratio.rival.setting, 2),
                    Quantity.decimal(ratio.rival.cpuSeconds, 2),
                    Quantity.decimal(ratio.cpuRatio, 3),
                    Quantity.bytes(Int64(ratio.rival.bytes)), Quantity.decimal(ratio.byteRatio, 3),
                ])
            }
        }
        guard !rows.isEmpty else { return nil }
        return BenchTable(
            title: "At our quality",
            header: [
                "", "Equal by", "At quality", "CPU s", "Ours over it", "Picture bytes",
                "Ours over it",
            ], numbers: [2, 3, 4, 5, 6], rows: rows)
    }

    private var qualityTable: BenchTable? {
        guard !quality.isEmpty else { return nil }
        return BenchTable(
            title: "Quality against the source",
            header: ["Input", "Rendition", "By", "Bytes", "SSIM", "PSNR dB", "VMAF"],
            numbers: [3, 4, 5, 6],
            rows: quality.flatMap { line in
                line.entries.map { entry in
                    [
                        line.input, line.rendition, entry.series, Quantity.bytes(entry.bytes),
                        Quantity.decimal(entry.quality.ssim, 5),
                        entry.quality.psnr.map { Quantity.decimal($0, 2) } ?? "–",
                        entry.quality.vmaf.map { Quantity.decimal($0, 2) } ?? "–",
                    ]
                }
            })
    }

    private var scalingTable: BenchTable? {
        guard !scaling.isEmpty else { return nil }
        return BenchTable(
            title: "By number of workers",
            header: [
                "Workers", "Wall s", "CPU s", "× realtime", "Speed-up", "Efficiency", "Peak memory",
            ],
            numbers: [0, 1, 2, 3, 4, 5, 6],
            rows: scaling.map { point in
                [
                    "\(point.series.workers ?? 0)", Quantity.decimal(point.series.wall.median, 2),
                    Quantity.decimal(point.series.cpu.median, 2),
                    Quantity.decimal(point.series.realtimeFactor, 2),
                    Quantity.decimal(point.speedUp, 2), percent(point.efficiency),
                    point.series.peakMemoryBytes.map(Quantity.bytes) ?? "–",
                ]
            })
    }

    private var seamTables: [BenchTable] {
        guard let seamCost else { return [] }
        func signed(_ value: Double?) -> String {
            value.map { ($0 > 0 ? "+" : "") + Quantity.decimal($0, 3) + " %" } ?? "–"
        }
        return [
            BenchTable(
                title: "Cost of the seams, against encodes in one piece",
                header: [
                    "Input", "Rendition", "Chunks", "Bytes", "BD-rate SSIM", "BD-rate PSNR",
                    "BD-rate VMAF",
                ], numbers: [2, 3, 4, 5, 6],
                rows: seamCost.renditions.map {
                    [
                        $0.input, $0.name, "\($0.chunks)", signed($0.bytesPercent),
                        signed($0.bdRateSSIMPercent), signed($0.bdRatePSNRPercent),
                        signed($0.bdRateVMAFPercent),
                    ]
                })
        ]
    }

    private var targetTable: BenchTable? {
        guard let targets else { return nil }
        return BenchTable(
            title: "Targets", header: ["Target", "Bound", "Measured", "", "How"],
            numbers: [1, 2],
            rows: targets.map { [$0.name, $0.boundText, $0.measuredText, $0.verdict, $0.note] })
    }

    private func percent(_ share: Double) -> String { Quantity.decimal(share * 100, 1) + " %" }
}
