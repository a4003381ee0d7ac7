import Foundation
import TranscodeModel

/// SSIM and PSNR of a rendition against its source, frame by frame on the plan's grid, by ffmpeg's own
/// filters.
struct QualityMeasurement {
    let program: Program

    func measure(
        _ path: String, rendition: VideoRendition, plan: VideoPlan, source: String
    ) throws -> (ssim: Double, psnr: Double) {
        // Frames are compared by number: both sides count from 0 at the grid's rate.
        let count = "settb=1/1000,setpts=N"
        let graph =
            "[0:v]\(count),split[d1][d2];[1:\(plan.streamIndex)]fps=\(plan.grid.rate),"
            + "scale=\(rendition.width):\(rendition.height):flags=bicubic,setsar=1,format=yuv420p,"
            + "\(count),split[r1][r2];[d1][r1]ssim=shortest=1[o1];[d2][r2]psnr=shortest=1[o2]"
        let (text, _, _) = try program.run([
            "-nostdin", "-v", "info", "-nostats", "-i", path, "-i", source, "-lavfi", graph, "-map",
            "[o1]", "-f", "null", "-", "-map", "[o2]", "-f", "null", "-",
        ])
        guard let ssim = QualityMeasurement.number(after: "All:", in: text),
            let psnr = QualityMeasurement.number(after: "average:", in: text)
        else {
            throw CommandFault(
                .jobFailed, "\(program.path) measured no quality for \(path): \(text.suffix(300))")
        }
        return (ssim, psnr)
    }

    private static func number(after word: String, in text: String) -> Double? {
        guard let range = text.range(of: word) else { return nil }
        return Double(text[range.upperBound...].prefix { $0.isNumber || $0 == "." })
    }
}
