import CLibAV
import TranscodeModel

/// Scales pictures to one size, in the colours that JPEG files have: BT.601, full range, 4:2:0.
struct StillScaler: ~Copyable {
    private var fitter: PictureFitter

    /// `color` is that of pictures that do not name their own.
    init(width: Int, height: Int, color: ColorDescription) {
        fitter = PictureFitter(
            StillScaler.target(width: width, height: height),
            sourceMatrix: CodedColor(color).matrix)
    }

    /// What pictures of JPEG files are.
    static func target(width: Int, height: Int) -> PictureFitter.Target {
        PictureFitter.Target(
            width: Int32(width), height: Int32(height), format: AV_PIX_FMT_YUVJ420P,
            matrix: AVCOL_SPC_SMPTE170M, isFullRange: true)
    }

    mutating func scale(_ input: borrowing Frame) throws(Failure) -> Frame {
        let output = try fitter.fit(input)
        output.pointer.pointee.color_range = AVCOL_RANGE_JPEG
        return output
    }
}
