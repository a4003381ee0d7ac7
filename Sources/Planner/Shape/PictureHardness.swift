import Glibc
import TranscodeModel

/// How hard a source's pictures are, told by the bits that its encoder spent on them.
struct PictureHardness {
    private let density: PacketDensity
    /// Usual pictures take so many bytes, in this size and codec.
    private let usualBytesPerTick: Double

    /// Bits for a sample of usual pictures in H.264, and what other codecs need beside it. Codecs that code each picture by
    /// itself tell nothing.
    private static let bitsUsual = 0.03
    private static let bitsBesideH264: [String: Double] = [
        "h264": 1, "hevc": 0.2, "vp9": 0.6, "av1": 0.2, "vp8": 0.3, "mpeg4": 2, "msmpeg4v3": 2,
        "mpeg2video": 3, "mpeg1video": 3, "wmv3": 1.3, "vc1": 1.2,
    ]
    /// Beyond these, bits are spent for other reasons.
    private static let bounds = 0.35...2.2

    /// Nil for sources that tell nothing.
    /// - Parameter frames: that are made of it: those that only repeat one are easy.
    init?(_ track: VideoTrack, frames: Int) {
        guard let density = track.density, density.isInRange,
            let besides = PictureHardness.bitsBesideH264[track.codec],
            let first = track.frameTimes.first, let last = track.frameTimes.last, last > first
        else { return nil }
        self.density = density
        let framesPerTick = Double(max(frames, track.frameTimes.count)) / Double(last - first)
        usualBytesPerTick =
            framesPerTick * Double(track.width * track.height) * PictureHardness.bitsUsual * besides
            / 8
    }

    /// - Parameter span: in ticks after the track's first frame.
    func factor(in span: (start: Double, end: Double), power: Double) -> Double {
        let bounds = PictureHardness.bounds
        let ticks = Int64(span.start)..<max(Int64(span.end), Int64(span.start) + 1)
        let usual = Double(ticks.upperBound - ticks.lowerBound) * usualBytesPerTick
        guard usual > 0 else { return 1 }
        let spent = density.bytes(in: ticks) / usual
        return min(max(pow(max(spent, 1e-6), power), bounds.lowerBound), bounds.upperBound)
    }
}
