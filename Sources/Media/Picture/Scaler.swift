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

    mutating func scale(_ input: borrowing Frame) throws(Failure) -> Frame {
        let output = try resized(input)
        output.pointer.pointee.pts = input.pointer.pointee.pts
        output.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        output.pointer.pointee.interlaced_frame = 0
        output.pointer.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        color.apply(to: output)
        return output
    }

    private mutating func resized(_ input: borrowing Frame) throws(Failure) -> Frame {
        if fitter.fits(input) { return try input.share() }
        return fitter.halves(input) ? try halving.halve(input) : try fitter.fit(input)
    }
}
