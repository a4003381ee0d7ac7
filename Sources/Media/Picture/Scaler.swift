import CLibAV
import TranscodeModel

/// Scales pictures to one size in 8-bit yuv420p, limited range. Follows changes of the input's size and format.
struct Scaler: ~Copyable {
    private let width: Int32
    private let height: Int32
    private var context: OpaquePointer?

    init(width: Int, height: Int) {
        self.width = Int32(width)
        self.height = Int32(height)
    }

    mutating func scale(_ input: borrowing Frame) throws(Failure) -> Frame {
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
        output.pointer.pointee.pts = from.pts
        output.pointer.pointee.color_range = AVCOL_RANGE_MPEG
        output.pointer.pointee.color_primaries = from.color_primaries
        output.pointer.pointee.color_trc = from.color_trc
        output.pointer.pointee.colorspace = from.colorspace
        output.pointer.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        return output
    }

    private func setRanges(_ from: AVFrame) {
        let isJpeg =
            from.format == AV_PIX_FMT_YUVJ420P.rawValue
            || from.format == AV_PIX_FMT_YUVJ422P.rawValue
            || from.format == AV_PIX_FMT_YUVJ444P.rawValue
        let isFull = isJpeg || from.color_range == AVCOL_RANGE_JPEG
        let table = sws_getCoefficients(Int32(from.colorspace.rawValue))
        // A negative answer means that this pair of formats has no ranges to convert.
        _ = sws_setColorspaceDetails(context, table, isFull ? 1 : 0, table, 0, 0, 1 << 16, 1 << 16)
    }

    deinit { sws_freeContext(context) }
}
