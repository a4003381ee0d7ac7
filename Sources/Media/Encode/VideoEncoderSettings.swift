import CLibAV
import Glibc
import TranscodeModel
import WorkerProtocol

/// One encoder for one rendition: the pinned options, with the geometry, the rate and the colours of
/// the plan, in one thread budget.
struct VideoEncoderSettings {
    let rendition: VideoRendition
    let request: EncodeRequest
    let threads: Int

    func open() throws(Failure) -> Encoder {
        if rendition.codec == .av1 {
            // The library logs to standard error by itself unless told otherwise.
            setenv("SVT_LOG", "1", 1)
        }
        let pinned = EncoderOptions(
            rendition, keyFrameInterval: request.keyFrameInterval, color: request.color,
            light: request.light,
            start: request.bufferStart ?? rendition.bufferStart
                ?? (request.chunk.frames.lowerBound == 0
                    ? BufferModel.firstStart : BufferModel.laterStart),
            isMeasured: request.bufferStart != nil)
        var options = pinned.options
        if rendition.parameters["asm"] == nil {
            options["x264-params"]?.append(RepeatableEncoding.x264)
        }
        return try Encoder.open(
            name: rendition.codec.encoder, options: options
        ) { configure($0, pinned) }
    }

    private func configure(
        _ context: UnsafeMutablePointer<AVCodecContext>, _ pinned: EncoderOptions
    ) {
        let rate = request.grid.rate
        let base = request.timing.encoderTimeBase
        context.pointee.width = Int32(rendition.width)
        context.pointee.height = Int32(rendition.height)
        context.pointee.pix_fmt = Scaler.format(request.treatment.bitDepth)
        context.pointee.time_base = reelmill_rational(
            Int32(base.numerator), Int32(base.denominator))
        context.pointee.framerate = reelmill_rational(
            Int32(rate.numerator), Int32(rate.denominator))
        context.pointee.sample_aspect_ratio = reelmill_rational(1, 1)
        context.pointee.gop_size = Int32(request.keyFrameInterval)
        context.pointee.thread_count = Int32(threads)
        context.pointee.flags |=
            AV_CODEC_FLAG_GLOBAL_HEADER | Int32(bitPattern: AV_CODEC_FLAG_CLOSED_GOP)
        CodedColor(request.color).apply(to: context)
        context.pointee.rc_max_rate = Int64(pinned.rateMaximum)
        if let bits = pinned.bufferBits { context.pointee.rc_buffer_size = Int32(bits) }
    }
}
