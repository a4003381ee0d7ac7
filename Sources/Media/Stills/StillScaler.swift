import CLibAV
import TranscodeModel

/// Scales pictures to one size, in the colours that JPEG files have: BT.601, full range, 4:2:0.
struct StillScaler: ~Copyable {
    private let width: Int32
    private let height: Int32
    /// Of pictures that do not name their own.
    private let matrix: AVColorSpace
    private var context: OpaquePointer?

    init(width: Int, height: Int, color: ColorDescription) {
        self.width = Int32(width)
        self.height = Int32(height)
        matrix = CodedColor(color).matrix
    }

    mutating func scale(_ input: borrowing Frame) throws(Failure) -> Frame {
        let from = input.pointer.pointee
        // Accurate rounding makes the result the same with and without SIMD.
        let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP
        // Returns the same context while nothing has changed.
        context = try requireAllocated(
            sws_getCachedContext(
                context, from.width, from.height, AVPixelFormat(from.format), width, height,
                AV_PIX_FMT_YUVJ420P, flags, nil, nil, nil), "Opening the scaler")
        let isNamed =
            from.colorspace != AVCOL_SPC_UNSPECIFIED && from.colorspace != AVCOL_SPC_RGB
        let isFull =
            from.color_range == AVCOL_RANGE_JPEG
            || [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P]
                .contains { $0.rawValue == from.format }
        // A negative answer means that this pair of formats has no ranges to convert.
        _ = sws_setColorspaceDetails(
            context, sws_getCoefficients(Int32((isNamed ? from.colorspace : matrix).rawValue)),
            isFull ? 1 : 0, sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16)
        let output = try Frame.blankStill(width: width, height: height)
        try requireSuccess(
            sws_scale_frame(context, output.pointer, input.pointer), "Scaling a picture")
        return output
    }

    deinit { sws_freeContext(context) }
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
