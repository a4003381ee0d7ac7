import Foundation

/// How much a rendition is like its source, scaled to the rendition's size; means over all frames.
struct Quality: Encodable, Equatable {
    /// From −1 to 1: of luma and chroma by ffmpeg (6 : 1 : 1), of luma alone by the worker.
    var ssim: Double
    /// Decibels, of the mean square over all planes; nil where only the worker could measure. Capped at 100.
    var psnr: Double?
    /// 0 to 100, where the program has libvmaf.
    var vmaf: Double?

    /// SSIM on a scale that is more even to the eye: −10 log₁₀(1 − SSIM) decibels, 100 at most.
    var ssimDecibels: Double { Quality.decibels(ssim: ssim) }

    static let decibelsMaximum = 100.0

    static func decibels(ssim: Double) -> Double {
        min(-10 * log10(max(1 - ssim, 1e-12)), decibelsMaximum)
    }
}

/// What two encodings are compared by.
enum QualityMetric: String, Encodable, CaseIterable {
    case ssim, psnr, vmaf

    /// On the scale that interpolations use; nil where it was not measured.
    func value(_ quality: Quality) -> Double? {
        switch self {
        case .ssim: quality.ssimDecibels
        case .psnr: quality.psnr
        case .vmaf: quality.vmaf
        }
    }
}
