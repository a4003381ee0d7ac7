import Foundation
import TranscodeModel

/// SSIM, PSNR and, where the program has libvmaf, VMAF of a rendition against its source, frame by frame on the plan's
/// grid, by ffmpeg's own filters. Whoever made the rendition, its reference is the same.
struct QualityMeter {
    let program: Program
    let hasVMAF: Bool

    init(program: Program) throws {
        self.program = program
        hasVMAF = try program.output(["-hide_banner", "-filters"]).contains(" libvmaf ")
    }

    func measure(
        _ path: String, rendition: VideoRendition, plan: VideoPlan, source: String
    ) throws -> Quality {
        let text = try program.run(
            ["-nostdin", "-v", "info", "-nostats", "-i", path, "-i", source, "-lavfi"]
                + [graph(rendition, plan)] + outputs
        ).text
        guard let quality = QualityMeter.quality(in: text), !hasVMAF || quality.vmaf != nil else {
            throw CommandFault(
                .jobFailed, "\(program.path) measured no quality for \(path): \(text.suffix(300))")
        }
        return quality
    }

    private var parts: Int { hasVMAF ? 3 : 2 }

    private func graph(_ rendition: VideoRendition, _ plan: VideoPlan) -> String {
        // Frames are compared by number: both sides count from 0 at the grid's rate.
        let count = "settb=1/1000,setpts=N"
        func split(_ name: String) -> String {
            "split=\(parts)" + (1...parts).map { "[\(name)\($0)]" }.joined()
        }
        var graph =
            "[0:v]format=yuv420p,\(count),\(split("d"));[1:\(plan.streamIndex)]fps=\(plan.grid.rate),"
            + "scale=\(rendition.width):\(rendition.height):flags=bicubic,setsar=1,format=yuv420p,"
            + "\(count),\(split("r"));[d1][r1]ssim=shortest=1[o1];[d2][r2]psnr=shortest=1[o2]"
        if hasVMAF {
            let threads = ProcessInfo.processInfo.activeProcessorCount
            graph += ";[d3][r3]libvmaf=shortest=1:n_threads=\(threads)[o3]"
        }
        return graph
    }

    private var outputs: [String] {
        (1...parts).flatMap { ["-map", "[o\($0)]", "-f", "null", "-"] }
    }

    /// From what ffmpeg prints at its end: SSIM and PSNR in decibels have more digits than SSIM itself.
    static func quality(in text: String) -> Quality? {
        guard let ssimLine = line(with: "SSIM ", in: text), let ssim = decibels(ofSSIM: ssimLine),
            let psnrLine = line(with: "PSNR ", in: text),
            let psnr = number(after: "average:", in: psnrLine)
        else { return nil }
        let vmaf = line(with: "VMAF score: ", in: text).flatMap {
            number(after: "VMAF score: ", in: $0)
        }
        return Quality(
            ssim: 1 - pow(10, -ssim / 10), psnr: min(psnr, Quality.decibelsMaximum), vmaf: vmaf)
    }

    /// `SSIM Y:0.99 (20.1) U:… All:0.992346 (21.160991)`; `inf` of what is equal.
    private static func decibels(ofSSIM line: Substring) -> Double? {
        guard let all = line.range(of: "All:") else { return nil }
        let rest = line[all.upperBound...]
        guard let open = rest.firstIndex(of: "("), let close = rest.firstIndex(of: ")"),
            open < close
        else { return nil }
        return Double(rest[rest.index(after: open)..<close]).map {
            min($0, Quality.decibelsMaximum)
        }
    }

    private static func line(with word: String, in text: String) -> Substring? {
        text.split(whereSeparator: \.isNewline).last { $0.contains(word) }
    }

    private static func number(after word: String, in line: Substring) -> Double? {
        guard let range = line.range(of: word) else { return nil }
        return Double(line[range.upperBound...].prefix { !$0.isWhitespace })
    }
}
