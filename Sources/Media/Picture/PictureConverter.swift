import CLibAV
import TranscodeModel

/// One libswscale context, made anew when the pictures that come change.
struct PictureConverter: ~Copyable {
    private struct Setting: Equatable {
        var width: Int32
        var height: Int32
        var format: Int32
        var matrix: AVColorSpace
        var isFullRange: Bool
        var target: PictureFitter.Target
    }

    private var context: OpaquePointer?
    private var setting: Setting?
    private let pool = PicturePool()

    /// Fills an empty `output`.
    mutating func convert(
        _ input: borrowing Frame, matrix: AVColorSpace, isFullRange: Bool,
        to target: PictureFitter.Target, into output: borrowing Frame
    ) throws(Failure) {
        let from = input.pointer.pointee
        let wanted = Setting(
            width: from.width, height: from.height, format: from.format, matrix: matrix,
            isFullRange: isFullRange, target: target)
        if wanted != setting { try open(wanted) }
        try pool.take(
            width: target.width, height: target.height, format: target.format, into: output)
        try requireSuccess(
            sws_scale_frame(context, output.pointer, input.pointer), "Scaling a picture")
    }

    /// Ranges are set before the context is made: it chooses its way by them.
    private mutating func open(_ wanted: Setting) throws(Failure) {
        setting = nil
        sws_freeContext(context)
        context = try requireAllocated(sws_alloc_context(), "Opening the scaler")
        let target = wanted.target
        // Accurate rounding makes the result the same with and without SIMD.
        let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP
        for (name, value) in [
            ("srcw", wanted.width), ("srch", wanted.height), ("src_format", wanted.format),
            ("dstw", target.width), ("dsth", target.height),
            ("dst_format", target.format.rawValue), ("src_range", wanted.isFullRange ? 1 : 0),
            ("dst_range", target.isFullRange ? 1 : 0), ("sws_flags", flags),
        ] {
            try requireSuccess(
                av_opt_set_int(UnsafeMutableRawPointer(context), name, Int64(value), 0),
                "Setting up the scaler")
        }
        try requireSuccess(
            sws_init_context(context, nil, nil), .permanent, .unsupportedSource,
            "Pictures of this format and size cannot be scaled")
        // A negative answer means that this pair of formats has no ranges or matrices to convert.
        _ = sws_setColorspaceDetails(
            context, sws_getCoefficients(Int32(wanted.matrix.rawValue)), wanted.isFullRange ? 1 : 0,
            sws_getCoefficients(Int32(target.matrix.rawValue)), target.isFullRange ? 1 : 0, 0,
            1 << 16, 1 << 16)
        setting = wanted
    }

    deinit { sws_freeContext(context) }
}
