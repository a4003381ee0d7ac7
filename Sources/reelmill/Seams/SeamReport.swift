/// What a comparison of an output with its source found.
struct SeamReport: Encodable {
    var output: String
    var source: String
    var pictures: [PictureVerdict]
    var sounds: [SoundVerdict]
    var warnings: [String]
    /// That it took.
    var seconds: Double

    var faults: [SeamFault] { pictures.flatMap(\.faults) + sounds.flatMap(\.faults) }
    var isClean: Bool { faults.isEmpty }

    /// For people.
    var text: String {
        var parts: [String] = []
        if !pictures.isEmpty { parts.append(pictureTable) }
        if !sounds.isEmpty { parts.append(soundTable) }
        let shown = faults.prefix(SeamReport.faultsShown)
        parts.append(
            (isClean
                ? "\(output): no seam to be seen or heard"
                : "\(output): FAULTY: \(faults.count) findings")
                + " (\(Quantity.decimal(seconds, 1)) s)")
        for fault in shown {
            parts.append(
                "  \(fault.rendition) at \(Quantity.decimal(fault.startSeconds, 3)) s: "
                    + "\(fault.message) [\(fault.kind.rawValue)]")
        }
        if faults.count > shown.count {
            parts.append("  and \(faults.count - shown.count) more; --json has all")
        }
        return parts.joined(separator: "\n")
    }

    private static let faultsShown = 20

    private var pictureTable: String {
        var table = TextTable(
            header: [
                "PICTURES", "FRAMES", "SEAMS", "SSIM AT SEAMS", "IN MIDDLES", "WORST FRAME",
                "ORDER FAULTS", "OTHERS",
            ], rightAligned: [1, 2, 3, 4, 5, 6, 7])
        let order: Set<SeamFault.Kind> = [.dropped, .doubled, .swapped, .shifted, .wrongPicture]
        for verdict in pictures {
            let disorder = verdict.faults.count { order.contains($0.kind) }
            table.add([
                verdict.rendition, "\(verdict.frames)", "\(verdict.seams)",
                verdict.seams > 0 ? Quantity.decimal(verdict.seamSimilarity, 4) : "–",
                verdict.middles > 0 ? Quantity.decimal(verdict.middleSimilarity, 4) : "–",
                "\(verdict.worstFrame): \(Quantity.decimal(verdict.worstSimilarity, 4))",
                "\(disorder)", "\(verdict.faults.count - disorder)",
            ])
        }
        return table.text
    }

    private var soundTable: String {
        var table = TextTable(
            header: ["SOUND", "BOUNDARIES", "LAG", "RESIDUAL AT SEAMS", "IN MIDDLES", "FAULTS"],
            rightAligned: [1, 2, 3, 4, 5])
        for verdict in sounds {
            table.add([
                verdict.rendition, "\(verdict.seams)",
                verdict.worstLagMilliseconds.map { Quantity.decimal($0, 2) + " ms" } ?? "–",
                Quantity.decimal(verdict.seamResidual, 3),
                Quantity.decimal(verdict.middleResidual, 3), "\(verdict.faults.count)",
            ])
        }
        return table.text
    }
}
