import TranscodeModel

/// All that a bench measured, with what is needed to judge it.
struct BenchReport: Encodable {
    struct Machine: Encodable {
        var processor: String
        var cores: Int
        var memoryBytes: Int64
    }

    struct Quality: Encodable {
        var input: String
        var rendition: String
        /// Against the source, scaled to the rendition's size.
        var ssim: Double
        var psnr: Double
        /// Of the comparison's rendition; nil without one.
        var comparedSSIM: Double?
        var comparedPSNR: Double?
    }

    struct Comparison: Encodable {
        var program: String
        /// Argument lists as they were run, one an input.
        var commands: [[String]]
        var samples: [BenchSample]
        /// Ours over theirs: less than 1 means that ours takes less.
        var wallRatio: Double
        var cpuRatio: Double
        var byteRatio: Double
    }

    var machine: Machine
    var inputs: [String]
    var profile: String
    var workers: Int
    var warmUps: Int
    /// Seconds of video and frames of the grid in one run, over all inputs.
    var videoSeconds: Double
    var frames: Int
    var samples: [BenchSample]
    var wall: Spread
    var cpu: Spread
    var realtimeFactor: Double
    var utilisation: Double
    var comparison: Comparison?
    var quality: [Quality]

    var text: String {
        var lines = [
            "\(inputs.count) inputs, \(Quantity.decimal(videoSeconds, 1)) s of video, \(frames) "
                + "frames; profile \(profile), \(workers) workers on \(machine.cores) cores "
                + "(\(machine.processor))",
            "",
        ]
        var table = TextTable(
            header: ["", "WALL s", "CPU s", "× REALTIME", "CORES BUSY", "TRACK BYTES", "PEAK"],
            rightAligned: [1, 2, 3, 4, 5, 6])
        for (index, sample) in samples.enumerated() {
            table.add(row("reelmill \(index + 1)", sample))
        }
        for (index, sample) in (comparison?.samples ?? []).enumerated() {
            table.add(row("ffmpeg \(index + 1)", sample))
        }
        lines.append(table.text)
        lines.append(
            "\nmedian \(Quantity.decimal(wall.median, 2)) s (\(Quantity.decimal(wall.minimum, 2)) to "
                + "\(Quantity.decimal(wall.maximum, 2))), \(Quantity.decimal(realtimeFactor, 2))× "
                + "realtime, \(Quantity.decimal(utilisation * 100, 1)) % of \(machine.cores) cores "
                + "busy")
        if let comparison {
            lines.append(
                "reelmill over ffmpeg: wall \(Quantity.decimal(comparison.wallRatio, 3)), CPU "
                    + "\(Quantity.decimal(comparison.cpuRatio, 3)), bytes "
                    + Quantity.decimal(comparison.byteRatio, 3))
        }
        let stages = samples.last?.stageCPUSeconds ?? [:]
        if !stages.isEmpty {
            lines.append(
                "CPU by stage: "
                    + stages.sorted { $0.value > $1.value }
                    .map { "\($0.key) \(Quantity.decimal($0.value, 2)) s" }.joined(separator: ", "))
        }
        if !quality.isEmpty { lines += ["", qualityTable.text] }
        return lines.joined(separator: "\n")
    }

    private func row(_ name: String, _ sample: BenchSample) -> [String] {
        [
            name, Quantity.decimal(sample.wallSeconds, 2), Quantity.decimal(sample.cpuSeconds, 2),
            Quantity.decimal(videoSeconds / sample.wallSeconds, 2),
            Quantity.decimal(sample.utilisation(cores: machine.cores) * 100, 1) + " %",
            Quantity.bytes(sample.trackBytes),
            sample.peakMemoryBytes.map(Quantity.bytes) ?? "",
        ]
    }

    private var qualityTable: TextTable {
        var table = TextTable(
            header: ["INPUT", "RENDITION", "SSIM", "PSNR", "FFMPEG SSIM", "FFMPEG PSNR"],
            rightAligned: [2, 3, 4, 5])
        for line in quality {
            table.add([
                line.input, line.rendition, Quantity.decimal(line.ssim, 5),
                Quantity.decimal(line.psnr, 2),
                line.comparedSSIM.map { Quantity.decimal($0, 5) } ?? "",
                line.comparedPSNR.map { Quantity.decimal($0, 2) } ?? "",
            ])
        }
        return table
    }
}
