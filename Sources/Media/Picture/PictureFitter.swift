import CLibAV
import TranscodeModel

/// Brings pictures to one size, pixel format, matrix and range, whatever they come as, and keeps their shape: a picture
/// of another shape than the target's stands in the middle of black.
struct PictureFitter: ~Copyable {
    struct Target: Equatable {
        var width: Int32
        var height: Int32
        var format: AVPixelFormat
        var matrix: AVColorSpace
        var isFullRange: Bool
    }

    private let target: Target
    /// Of pictures that do not name their own.
    private let sourceMatrix: AVColorSpace
    private var converter = PictureConverter()
    /// Of pictures that stand in black.
    private let pool = PicturePool()

    init(_ target: Target, sourceMatrix: AVColorSpace) {
        self.target = target
        self.sourceMatrix = sourceMatrix
    }

    /// Whether a picture is already as it should be.
    func fits(_ input: borrowing Frame) -> Bool {
        let from = input.pointer.pointee
        return from.width == target.width && from.height == target.height && isAlike(from)
    }

    /// Whether a picture is as it should be but twice as wide and as high, so that `Halving` does the rest.
    func halves(_ input: borrowing Frame) -> Bool {
        let from = input.pointer.pointee
        return from.width == 2 * target.width && from.height == 2 * target.height
            && target.format == AV_PIX_FMT_YUV420P && isAlike(from)
    }

    private func isAlike(_ from: AVFrame) -> Bool {
        from.format == target.format.rawValue
            && PictureFitter.isFullRange(from) == target.isFullRange
            && matrix(of: from) == target.matrix && place(for: from) == nil
    }

    /// A picture of its own.
    mutating func fit(_ input: borrowing Frame) throws(Failure) -> Frame {
        let output = try Frame.allocate()
        try fit(input, into: output)
        return output
    }

    /// Fills an empty `output`.
    mutating func fit(_ input: borrowing Frame, into output: borrowing Frame) throws(Failure) {
        let from = input.pointer.pointee
        guard let place = place(for: from) else {
            return try converter.convert(
                input, matrix: matrix(of: from), isFullRange: PictureFitter.isFullRange(from),
                to: target, into: output)
        }
        var inner = target
        inner.width = place.width
        inner.height = place.height
        let picture = try Frame.allocate()
        try converter.convert(
            input, matrix: matrix(of: from), isFullRange: PictureFitter.isFullRange(from),
            to: inner, into: picture)
        try pool.take(
            width: target.width, height: target.height, format: target.format, into: output)
        try output.fillBlack(isFullRange: target.isFullRange)
        output.paste(picture, x: place.x, y: place.y)
    }

    private struct Place {
        var x: Int32
        var y: Int32
        var width: Int32
        var height: Int32
    }

    /// Where a picture of another shape goes; nil for one that fills the target. Sizes are rounded, for a rung or by an
    /// encoder, so two pixels or two in a hundred are no other shape.
    private func place(for from: AVFrame) -> Place? {
        let aspect = from.sample_aspect_ratio
        let isSaid = aspect.num > 0 && aspect.den > 0
        let width = Int64(from.width) * Int64(isSaid ? aspect.num : 1)
        let height = Int64(from.height) * Int64(isSaid ? aspect.den : 1)
        func even(_ value: Int64) -> Int32 { Int32(clamping: max(2, (value + 1) / 2 * 2)) }
        /// Overflow is out of reach: sides are below 2^17 and aspects below 2^31 are cut to 2^30 by libav.
        let inner: (width: Int32, height: Int32) =
            Double(width) * Double(target.height) > Double(height) * Double(target.width)
            ? (target.width, even(scaled(target.width, height, width)))
            : (even(scaled(target.height, width, height)), target.height)
        let (missingWidth, missingHeight) = (
            target.width - inner.width, target.height - inner.height
        )
        guard missingWidth > max(2, target.width / 50) || missingHeight > max(2, target.height / 50)
        else { return nil }
        return Place(
            x: missingWidth / 4 * 2, y: missingHeight / 4 * 2, width: inner.width,
            height: inner.height)
    }

    private func scaled(_ side: Int32, _ numerator: Int64, _ denominator: Int64) -> Int64 {
        Int64((Double(side) * Double(numerator) / Double(denominator)).rounded())
    }

    private func matrix(of frame: AVFrame) -> AVColorSpace {
        let isNamed =
            frame.colorspace != AVCOL_SPC_UNSPECIFIED && frame.colorspace != AVCOL_SPC_RGB
            && frame.colorspace != AVCOL_SPC_RESERVED
        return isNamed ? frame.colorspace : sourceMatrix
    }

    static func isFullRange(_ frame: AVFrame) -> Bool {
        frame.color_range == AVCOL_RANGE_JPEG
            || [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P]
                .contains { $0.rawValue == frame.format }
    }
}

extension Frame {
    /// A black picture.
    static func black(_ target: PictureFitter.Target) throws(Failure) -> Frame {
        let frame = try Frame.allocate()
        let pointer = frame.pointer
        pointer.pointee.width = target.width
        pointer.pointee.height = target.height
        pointer.pointee.format = target.format.rawValue
        try requireSuccess(av_frame_get_buffer(pointer, 0), "Making a picture")
        try frame.fillBlack(isFullRange: target.isFullRange)
        return frame
    }

    func fillBlack(isFullRange: Bool) throws(Failure) {
        try requireSuccess(reelmill_fill_black(pointer, isFullRange ? 1 : 0), "Making a picture")
    }

    /// Copies a picture of the same format to a place at even coordinates.
    func paste(_ picture: borrowing Frame, x: Int32, y: Int32) {
        reelmill_paste(pointer, picture.pointer, x, y)
    }
}
