import CLibAV
import TranscodeModel

/// Scales pictures to one size, in the colours that JPEG files have: BT.601, full range, 4:2:0.
struct StillScaler: ~Copyable {
    private var fitter: PictureFitter

    /// `color` is that of pictures that do not name their own.
    init(width: Int, height: Int, color: ColorDescription) {
        fitter = PictureFitter(
            PictureFitter.Target(
                width: Int32(width), height: Int32(height), format: AV_PIX_FMT_YUVJ420P,
                matrix: AVCOL_SPC_SMPTE170M, isFullRange: true),
            sourceMatrix: CodedColor(color).matrix)
    }

    mutating func scale(_ input: borrowing Frame) throws(Failure) -> Frame {
        let output = try fitter.fit(input)
        output.pointer.pointee.color_range = AVCOL_RANGE_JPEG
        return output
    }
}

extension Frame {
    /// A black picture for a JPEG file.
    static func blankStill(width: Int32, height: Int32) throws(Failure) -> Frame {
        let frame = try Frame.allocate()
        let pointer = frame.pointer
        pointer.pointee.width = width
        pointer.pointee.height = height
        pointer.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        pointer.pointee.color_range = AVCOL_RANGE_JPEG
        try requireSuccess(av_frame_get_buffer(pointer, 0), "Making a picture")
        let planes = [
            (pointer.pointee.data.0, pointer.pointee.linesize.0, height, Int32(0)),
            (pointer.pointee.data.1, pointer.pointee.linesize.1, (height + 1) / 2, 128),
            (pointer.pointee.data.2, pointer.pointee.linesize.2, (height + 1) / 2, 128),
        ]
        for (plane, stride, lines, value) in planes {
            plane!.update(repeating: UInt8(value), count: Int(stride * lines))
        }
        return frame
    }
}
