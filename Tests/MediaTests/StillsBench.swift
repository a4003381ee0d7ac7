import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// Plans of images, and what was made of them.
enum StillsBench {
    static func plan(
        poster: Rational, thumbnails: [Rational], interval: Rational, columns: Int = 5,
        rows: Int = 5,
        treatment: PictureTreatment = PictureTreatment(
            deinterlaces: false, toneMaps: false, orientation: .upright)
    ) -> ImagePlan {
        ImagePlan(
            streamIndex: 0, posterTime: poster, thumbnailTimes: thumbnails, interval: interval,
            posterWidth: 160, posterHeight: 90, thumbnailWidth: 32, thumbnailHeight: 18,
            columns: columns, rows: rows, treatment: treatment,
            color: ColorDescription(
                primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false))
    }
}

extension SoundBench {
    /// Makes 25 pictures a second; picture n has luma 16 + n mod 200 all over.
    func makeCounted(_ name: String, seconds: Int, _ settings: String...) throws {
        try ffmpeg(
            [
                "-f", "lavfi", "-i",
                "color=s=160x90:r=25:d=\(seconds),format=yuv420p,geq=lum='16+mod(N,200)':cb=128:cr=128",
                "-qp", "4",
            ] + settings + [name])
    }

    func takeStills(
        _ source: String, _ plan: ImagePlan, as name: String = "stills"
    ) throws -> WorkResult {
        try staged([source], as: name) { sources, staging in
            try StillsPipeline.run(
                ImagesRequest(plan: plan), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), source: sources[0], staging: staging)
        }
    }

    /// The luma of a JPEG piece, with its size.
    func luma(
        _ piece: Piece, from name: String = "stills"
    ) throws -> (width: Int, height: Int, values: [UInt8]) {
        let extent = try #require(piece.fragments.first).extent
        let bytes = try Data(contentsOf: url(name))
        try bytes[Int(extent.offset)..<Int(extent.end)].write(to: url("piece.jpg"))
        let size = try ffprobe(
            "-show_entries", "stream=width,height,pix_fmt", "-of", "csv=p=0", "piece.jpg"
        ).split { $0 == "," || $0 == "\n" }
        #expect(size[2] == "yuvj420p")
        try ffmpeg("-i", "piece.jpg", "-vf", "extractplanes=y", "-f", "rawvideo", "piece.gray")
        return (Int(size[0])!, Int(size[1])!, [UInt8](try Data(contentsOf: url("piece.gray"))))
    }

    /// The numbers of the counted pictures shown in the middle of each tile of 32 × 18.
    func shown(_ piece: Piece) throws -> [Int] {
        let (width, height, values) = try luma(piece)
        return (0..<height / 18).flatMap { row in
            (0..<width / 32).map { column in
                let value = values[(row * 18 + 9) * width + column * 32 + 16]
                return Int((Double(value) * 219 / 255).rounded())
            }
        }
    }
}
