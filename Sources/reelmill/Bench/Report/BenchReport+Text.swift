extension BenchReport {
    /// For a terminal.
    var text: String {
        var lines = [headline]
        for table in tables { lines += ["", table.title, table.text] }
        if !warnings.isEmpty {
            lines += [""] + warnings.map { "warning: \($0.message)" }
        }
        return lines.joined(separator: "\n")
    }

    /// A page of its own.
    var markdown: String {
        var lines = ["# reelmill bench", "", headline + ".", ""]
        lines += fingerprintLines.map { "- \($0)" }
        if !warnings.isEmpty {
            lines += [""] + warnings.map { "> **Warning:** \($0.message)" }
        }
        for table in tables { lines += ["", "## \(table.title)", "", table.markdown] }
        if let commands = rivals.first?.series.commands {
            lines += ["", "## What ffmpeg was asked", ""]
            for command in commands {
                lines += ["```sh", "ffmpeg " + command.map(quoted).joined(separator: " "), "```"]
            }
        }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        "\(inputs.count) \(inputs.count == 1 ? "input" : "inputs"), "
            + "\(Quantity.decimal(videoSeconds, 1)) s of video, \(frames) frames; profile \(profile), "
            + "\(workers) \(workers == 1 ? "worker" : "workers") on \(fingerprint.cores) cores "
            + "(\(fingerprint.processor)); \(series.samples.count) runs after \(warmUps) to warm up"
    }

    private var fingerprintLines: [String] {
        let libraries = fingerprint.libraries.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return [
            "reelmill \(fingerprint.reelmill) (\(fingerprint.build) build)",
            "processor: \(fingerprint.processor), \(fingerprint.cores) cores"
                + (fingerprint.governor.map { ", governor \($0)" } ?? ""),
            "memory: \(Quantity.bytes(fingerprint.memoryBytes))", "kernel: \(fingerprint.kernel)",
            "load at the start: "
                + fingerprint.loadAtStart.map { Quantity.decimal($0, 2) }.joined(separator: ", "),
            libraries.isEmpty ? nil : "libraries: \(libraries)",
            fingerprint.x264.map { "x264: \($0)" }, fingerprint.ffmpeg.map { "rival: \($0)" },
            fingerprint.qualityTool.map { "quality measured by: \($0)" },
            "inputs: "
                + inputs.map {
                    "\($0.name) (\(Quantity.bytes($0.bytes)), \(Quantity.decimal($0.seconds, 1)) s)"
                }.joined(separator: ", "),
        ].compactMap { $0 }
    }

    private func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=+,@%".contains($0))
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
