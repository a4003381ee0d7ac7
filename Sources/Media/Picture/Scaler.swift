import CLibAV
import TranscodeModel

/// Scales pictures to one size in 8-bit yuv420p, limited range. Follows changes of the input's size and format.
struct Scaler: ~Copyable {
    private let width: Int32
    private let height: Int32
    private let color: CodedColor
    private var context: OpaquePointer?

    init(width: Int, height: Int, color: CodedColor) {
        self.width = Int32(width)
        self.height = Int32(height)
        self.color = color
    }

    mutating func scale(_ input: borrowing Frame) throws(Failure) -> Frame {
        let from = input.pointer.pointee
        let output: Frame
        if from.width == width, from.height == height,
            from.format == AV_PIX_FMT_YUV420P.rawValue, from.color_range != AVCOL_RANGE_JPEG
        {
            output = try input.share()
        } else {
            output = try convert(input)
        }
        output.pointer.pointee.pts = from.pts
        output.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        output.pointer.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        color.apply(to: output)
        return output
    }

    private mutating func convert(_ input: borrowing Frame) throws(Failure) -> Frame {
        let from = input.pointer.pointee
        // Accurate rounding makes the result the same with and without SIMD.
        let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP
        // Returns the same context while nothing has changed.
        context = try requireAllocated(
            sws_getCachedContext(
                context, from.width, from.height, AVPixelFormat(from.format), width, height,
                AV_PIX_FMT_YUV420P, flags, nil, nil, nil), "Opening the scaler")
        setRanges(from)
        let output = try Frame.allocate()
        output.pointer.pointee.width = width
        output.pointer.pointee.height = height
        output.pointer.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        try requireSuccess(av_frame_get_buffer(output.pointer, 0), "Making a picture")
        try requireSuccess(
            sws_scale_frame(context, output.pointer, input.pointer), "Scaling a picture")
        return output
    }

    private func setRanges(_ from: AVFrame) {
        let isJpeg =
            from.format == AV_PIX_FMT_YUVJ420P.rawValue
            || from.format == AV_PIX_FMT_YUVJ422P.rawValue
            || from.format == AV_PIX_FMT_YUVJ444P.rawValue
        let isFull = isJpeg || from.color_range == AVCOL_RANGE_JPEG
        let target = sws_getCoefficients(Int32(color.matrix.rawValue))
        let isNamed =
            from.colorspace != AVCOL_SPC_UNSPECIFIED && from.colorspace != AVCOL_SPC_RGB
        let source = isNamed ? sws_getCoefficients(Int32(from.colorspace.rawValue)) : target
        // A negative answer means that this pair of formats has no ranges to convert.
        _ = sws_setColorspaceDetails(
            context, source, isFull ? 1 : 0, target, 0, 0, 1 << 16, 1 << 16)
    }

    deinit { sws_freeContext(context) }
}

/// The colours of the output, in libav's constants; always limited range.
struct CodedColor {
    let primaries: AVColorPrimaries
    let transfer: AVColorTransferCharacteristic
    let matrix: AVColorSpace

    /// An unknown name means unspecified.
    init(_ color: ColorDescription) {
        primaries = AVColorPrimaries(UInt32(max(av_color_primaries_from_name(color.primaries), 2)))
        transfer = AVColorTransferCharacteristic(
            UInt32(max(av_color_transfer_from_name(color.transfer), 2)))
        let space = av_color_space_from_name(color.matrix)
        matrix = AVColorSpace(UInt32(space < 0 ? 2 : space))
    }

    func apply(to frame: borrowing Frame) {
        frame.pointer.pointee.color_range = AVCOL_RANGE_MPEG
        frame.pointer.pointee.color_primaries = primaries
        frame.pointer.pointee.color_trc = transfer
        frame.pointer.pointee.colorspace = matrix
    }

    func apply(to context: UnsafeMutablePointer<AVCodecContext>) {
        context.pointee.color_range = AVCOL_RANGE_MPEG
        context.pointee.color_primaries = primaries
        context.pointee.color_trc = transfer
        context.pointee.colorspace = matrix
    }
}
