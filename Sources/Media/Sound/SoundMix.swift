import CLibAV
import TranscodeModel

/// How the channels of a source become those of a rendition.
///
/// The coefficients are those of ITU-R BS.775: centre and surrounds 3 dB down, the low-frequency
/// channel left out of stereo. All are scaled by one factor, so that full scale in every channel at once
/// stays within full scale, and nothing is clipped.
enum SoundMix {
    /// An initialized libswresample context.
    ///
    /// Channels that no rule places, such as sixteen without an order, are all heard alike.
    static func open(
        _ layout: inout AVChannelLayout, _ format: AVSampleFormat, _ rate: Int32,
        for form: SoundForm
    ) throws(Failure) -> OpaquePointer {
        if let context = try opened(&layout, format, rate, form, isEqual: false) { return context }
        let failure = Failure(
            .permanent, .undecodable,
            "The sound has \(layout.nb_channels) channels that cannot be mixed down. Convert it to "
                + "stereo.")
        // libswresample's own limit.
        guard layout.nb_channels <= 64 else { throw failure }
        var plain = AVChannelLayout()
        plain.order = AV_CHANNEL_ORDER_UNSPEC
        plain.nb_channels = layout.nb_channels
        guard let context = try opened(&plain, format, rate, form, isEqual: true) else {
            throw failure
        }
        return context
    }

    /// Nil when libswresample does not know how to mix these channels.
    private static func opened(
        _ layout: inout AVChannelLayout, _ format: AVSampleFormat, _ rate: Int32, _ form: SoundForm,
        isEqual: Bool
    ) throws(Failure) -> OpaquePointer? {
        var target = AVChannelLayout()
        form.setLayout(&target)
        defer { av_channel_layout_uninit(&target) }
        var context: OpaquePointer?
        let answer = swr_alloc_set_opts2(
            &context, &target, form.format, form.rate, &layout, format, rate, 0, nil)
        guard answer != reelmill_error_no_memory else {
            throw Failure.outOfMemory("Opening the resampler")
        }
        guard answer >= 0, let made = context else { return nil }
        // Without it, mixing to floating-point samples is not scaled at all.
        av_opt_set_double(UnsafeMutableRawPointer(made), "rematrix_maxval", 1, 0)
        var isOpen = true
        if isEqual {
            let share = 1 / Double(layout.nb_channels)
            let matrix = [Double](
                repeating: share, count: Int(layout.nb_channels * form.channels))
            isOpen = swr_set_matrix(made, matrix, layout.nb_channels) >= 0
        }
        guard isOpen, swr_init(made) >= 0 else {
            swr_free(&context)
            return nil
        }
        return made
    }
}
