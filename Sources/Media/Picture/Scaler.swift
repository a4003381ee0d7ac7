import CLibAV
import TranscodeModel

/// Scales pictures to one size in yuv420p of 8 or 10 bits, limited range. Follows changes of the input's size and format.
struct Scaler: ~Copyable {
    private let color: CodedColor
    private var fitter: PictureFitter
    private var halving = Halving()

    init(width: Int, height: Int, bitDepth: Int, color: CodedColor) {
        self.color = color
        fitter = PictureFitter(
            PictureFitter.Target(
                width: Int32(width), height: Int32(height), format: Scaler.format(bitDepth),
                matrix: color.matrix, isFullRange: false), sourceMatrix: color.matrix)
    }

    /// The pixel format of encoded pictures.
    static func format(_ bitDepth: Int) -> AVPixelFormat {
        bitDepth > 8 ? AV_PIX_FMT_YUV420P10LE : AV_PIX_FMT_YUV420P
    }

    /// Fills `output`: with another reference where the picture is already as it should be.
    mutating func scale(
        _ input: borrowing Frame, into output: borrowing Frame
    ) throws(Failure) {
        output.clear()
        if fitter.fits(input) {
            try output.refer(to: input)
        } else if fitter.halves(input) {
            try halving.halve(input, into: output)
        } else {
            try fitter.fit(input, into: output)
        }
        output.pointer.pointee.pts = input.pointer.pointee.pts
        output.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        output.pointer.pointee.interlaced_frame = 0
        output.pointer.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        color.apply(to: output)
    }
}
