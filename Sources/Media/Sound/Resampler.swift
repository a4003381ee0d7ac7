import CLibAV
import TranscodeModel

/// What a resampler is opened for: the form of a decoded block.
struct SoundShape: ~Copyable {
    let rate: Int32
    let format: AVSampleFormat
    private(set) var layout = AVChannelLayout()

    /// Copies the block's layout; one without a known order of channels gets the usual order.
    init(of frame: borrowing Frame) throws(Failure) {
        rate = frame.pointer.pointee.sample_rate
        format = AVSampleFormat(frame.pointer.pointee.format)
        let channels = frame.pointer.pointee.ch_layout.nb_channels
        if frame.pointer.pointee.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
            av_channel_layout_default(&layout, channels)
        } else {
            try requireSuccess(
                av_channel_layout_copy(&layout, &frame.pointer.pointee.ch_layout),
                "Reading the channels")
        }
    }

    var channels: Int32 { layout.nb_channels }

    func matches(_ frame: borrowing Frame) -> Bool {
        let other = frame.pointer.pointee
        guard other.sample_rate == rate, other.format == format.rawValue else { return false }
        if other.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
            return other.ch_layout.nb_channels == channels
        }
        var mine = layout
        return av_channel_layout_compare(&mine, &frame.pointer.pointee.ch_layout) == 0
    }

    deinit {
        var layout = layout
        av_channel_layout_uninit(&layout)
    }
}

/// Brings blocks of one shape to the output's rate, channels and sample format.
struct Resampler: ~Copyable {
    /// The longest silence that is made at a time, so that a long gap takes no memory.
    static let silenceLength = 4096

    private let shape: SoundShape
    private let context: OpaquePointer
    private let silence: Frame

    private init(
        owning context: OpaquePointer, _ shape: consuming SoundShape, _ silence: consuming Frame
    ) {
        self.context = context
        self.shape = shape
        self.silence = silence
    }

    static func open(
        _ shape: consuming SoundShape, for form: SoundForm
    ) throws(Failure) -> Resampler {
        let doing = "Opening the resampler"
        let silence = try Frame.allocate()
        silence.pointer.pointee.nb_samples = Int32(silenceLength)
        silence.pointer.pointee.format = shape.format.rawValue
        silence.pointer.pointee.sample_rate = shape.rate
        var layout = shape.layout
        try requireSuccess(
            av_channel_layout_copy(&silence.pointer.pointee.ch_layout, &layout), doing)
        let context = try SoundMix.open(&layout, shape.format, shape.rate, for: form)
        let resampler = Resampler(owning: context, shape, silence)
        let made = resampler.silence.pointer
        try requireSuccess(av_frame_get_buffer(made, 0), doing)
        try requireSuccess(
            av_samples_set_silence(
                made.pointee.extended_data, 0, Int32(silenceLength), resampler.shape.channels,
                resampler.shape.format), doing)
        return resampler
    }

    /// Whether it was opened for blocks like this one.
    func accepts(_ block: borrowing Frame) -> Bool { shape.matches(block) }

    /// Converts `count` samples of a block, after `dropped` ones, into `queue`.
    func convert(
        _ block: borrowing Frame, dropping dropped: Int, count: Int, into queue: inout SoundQueue
    ) throws(Failure) {
        let isPlanar = av_sample_fmt_is_planar(shape.format) != 0
        let sampleBytes = Int(av_get_bytes_per_sample(shape.format))
        let offset = dropped * sampleBytes * (isPlanar ? 1 : Int(shape.channels))
        let planes = UnsafeBufferPointer(
            start: block.pointer.pointee.extended_data, count: isPlanar ? Int(shape.channels) : 1)
        let moved = planes.map { plane in UnsafePointer(plane! + offset) as UnsafePointer? }
        try convert(moved, Int32(count), into: &queue)
    }

    /// Converts silence of at most `silenceLength` samples.
    func convertSilence(_ count: Int, into queue: inout SoundQueue) throws(Failure) {
        try convert(silence, dropping: 0, count: count, into: &queue)
    }

    /// Hands over what the filter still holds.
    func flush(into queue: inout SoundQueue) throws(Failure) {
        try convert(nil, 0, into: &queue)
    }

    private func convert(
        _ input: [UnsafePointer<UInt8>?]?, _ count: Int32, into queue: inout SoundQueue
    ) throws(Failure) {
        let room = try requireSuccess(swr_get_out_samples(context, count), "Resampling")
        guard room > 0 else { return }
        let output = try queue.block(samples: room)
        var planes = input
        let made: Int32
        if planes == nil {
            made = swr_convert(context, output.pointer.pointee.extended_data, room, nil, 0)
        } else {
            made = planes!.withUnsafeMutableBufferPointer {
                swr_convert(
                    context, output.pointer.pointee.extended_data, room, $0.baseAddress, count)
            }
        }
        output.pointer.pointee.nb_samples = try requireSuccess(made, "Resampling")
        try queue.append(output)
    }

    deinit {
        var context: OpaquePointer? = context
        swr_free(&context)
    }
}
