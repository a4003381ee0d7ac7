import TranscodeModel

/// Why numbers may not be what they seem.
struct BenchWarning: Encodable, Equatable {
    enum Kind: String, Encodable {
        case debugBuild, busyMachine, savingPower, manyWorkers, outlier, lostAttempts, other,
            extrapolated, unlike
    }

    var kind: Kind
    /// One sentence for people.
    var message: String

    /// More than this part of the CPU time that no clock accounts for is told.
    private static let otherMaximum = 0.02

    static func of(_ fingerprint: Fingerprint, workers: Int) -> [BenchWarning] {
        var warnings: [BenchWarning] = []
        if fingerprint.build == "debug" {
            warnings.append(
                BenchWarning(
                    kind: .debugBuild,
                    message:
                        "THIS IS A DEBUG BUILD, and its numbers say nothing. Build with `-c release`."
                ))
        }
        if let load = fingerprint.loadAtStart.first, load >= Double(fingerprint.cores) / 2 {
            warnings.append(
                BenchWarning(
                    kind: .busyMachine,
                    message: "The machine was busy: a load of \(Quantity.decimal(load, 2)) on "
                        + "\(fingerprint.cores) cores before the first run. Measure on an idle one."
                ))
        }
        if fingerprint.governor == "powersave" {
            warnings.append(
                BenchWarning(
                    kind: .savingPower,
                    message: "The processor's governor is `powersave`: it may not run at one speed."
                ))
        }
        if workers > fingerprint.cores {
            warnings.append(
                BenchWarning(
                    kind: .manyWorkers,
                    message:
                        "There are more workers (\(workers)) than cores (\(fingerprint.cores))."))
        }
        return warnings
    }

    /// What ours does with an input and the rival is not asked to do; nil where both do the same.
    static func unlike(_ input: String, _ plan: Plan) -> BenchWarning? {
        guard let video = plan.video else { return nil }
        var differences: [String] = []
        if video.treatment.toneMaps { differences.append("it tone-maps") }
        if video.treatment.deinterlaces { differences.append("it deinterlaces") }
        if video.treatment.bitDepth > 8 { differences.append("it keeps ten bits") }
        if video.grid.cadence != nil { differences.append("it keeps the source's times") }
        guard !differences.isEmpty else { return nil }
        return BenchWarning(
            kind: .unlike,
            message: "\(input): ours does what ffmpeg is not asked to do: "
                + "\(differences.joined(separator: ", ")). The two are not alike.")
    }

    /// Of the raw samples of one series.
    static func of(_ name: String, _ samples: [BenchSample]) -> [BenchWarning] {
        var warnings: [BenchWarning] = []
        for (what, values) in [
            ("wall time", samples.map(\.wallSeconds)), ("CPU time", samples.map(\.cpuSeconds)),
        ] {
            guard !values.isEmpty else { continue }
            let median = Spread(values).median
            for index in Spread.outliers(values) {
                let share = 100 * (values[index] / median - 1)
                warnings.append(
                    BenchWarning(
                        kind: .outlier,
                        message: "\(name), run \(index + 1): its \(what) of "
                            + "\(Quantity.decimal(values[index], 2)) s is "
                            + "\(Quantity.decimal(abs(share), 1)) % \(share < 0 ? "below" : "above") the "
                            + "median. Something else may have run."))
            }
        }
        for (index, sample) in samples.enumerated() {
            guard let details = sample.details else { continue }
            if details.lostAttempts > 0 {
                warnings.append(
                    BenchWarning(
                        kind: .lostAttempts,
                        message:
                            "\(name), run \(index + 1): \(details.lostAttempts) attempts ended "
                            + "without a result; their CPU time is in `start-up`."))
            }
            let other = details.split[CPUSplit.other]
            if abs(other) > otherMaximum * details.split.total {
                warnings.append(
                    BenchWarning(
                        kind: .other,
                        message:
                            "\(name), run \(index + 1): \(Quantity.decimal(other, 2)) CPU-seconds "
                            + "are not accounted for."))
            }
        }
        return warnings
    }
}
