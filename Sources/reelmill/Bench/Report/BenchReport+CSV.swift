extension BenchReport {
    /// Every raw sample, a run a line: those of rivals have no details.
    var csv: String {
        let stages = stageNames
        let header =
            [
                "series", "workers", "run", "wall_s", "cpu_s", "realtime", "cores_busy",
                "track_bytes", "peak_memory_bytes", "peak_memory_method", "ready_s",
                "first_playable_s", "finishing_s", "span_s", "span_cpu_s", "idle_s", "attempts",
                "lost_attempts",
            ] + stages.map { "cpu_\($0)_s".replacing("-", with: "_") }
        var lines = [header]
        for series in allSeries {
            for (index, sample) in series.samples.enumerated() {
                lines.append(line(series, index + 1, sample, stages))
            }
        }
        return lines.map { $0.map(BenchReport.cell).joined(separator: ",") }
            .joined(separator: "\n")
    }

    /// Of all samples, in the order of the flow.
    private var stageNames: [String] {
        var names: [String] = []
        for split in allSeries.flatMap(\.details).map(\.split) {
            for name in split.parts.map(\.name) where !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func line(
        _ series: BenchSeries, _ run: Int, _ sample: BenchSample, _ stages: [String]
    ) -> [String] {
        let details = sample.details
        return [
            series.name, series.workers.map(String.init) ?? "", "\(run)",
            number(sample.wallSeconds), number(sample.cpuSeconds),
            number(videoSeconds / max(sample.wallSeconds, 1e-9)),
            number(sample.utilisation(cores: fingerprint.cores)), "\(sample.trackBytes)",
            sample.memory.map { "\($0.bytes)" } ?? "", sample.memory?.method.rawValue ?? "",
            number(details?.readySeconds), number(details?.firstPlayableSeconds),
            number(details?.finishingSeconds), number(details?.span.wallSeconds),
            number(details?.span.cpuSeconds), number(details?.span.idleSeconds),
            details.map { "\($0.attempts)" } ?? "", details.map { "\($0.lostAttempts)" } ?? "",
        ] + stages.map { name in number(details.map { $0.split[name] }) }
    }

    private func number(_ value: Double?) -> String {
        value.map { Quantity.decimal($0, 6) } ?? ""
    }

    /// As RFC 4180 has it.
    private static func cell(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
