import CLibAV
import Glibc
import TranscodeModel
import WorkerProtocol

/// How each video encoder is pinned: one thread budget, closed GOPs on the grid, capped constant
/// quality, no parameter that depends on the machine (media rule 5).
struct VideoEncoderSettings {
    let rendition: VideoRendition
    let request: EncodeRequest
    let threads: Int

    func open() throws(Failure) -> Encoder {
        if rendition.codec == .av1 {
            // The library logs to standard error by itself unless told otherwise.
            setenv("SVT_LOG", "1", 1)
        }
        return try Encoder.open(
            name: rendition.codec.encoder, options: options, configure: configure)
    }

    private func configure(_ context: UnsafeMutablePointer<AVCodecContext>) {
        let rate = request.grid.rate
        context.pointee.width = Int32(rendition.width)
        context.pointee.height = Int32(rendition.height)
        context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        context.pointee.time_base = reelmill_rational(
            Int32(rate.denominator), Int32(rate.numerator))
        context.pointee.framerate = reelmill_rational(
            Int32(rate.numerator), Int32(rate.denominator))
        context.pointee.sample_aspect_ratio = reelmill_rational(1, 1)
        context.pointee.gop_size = Int32(request.keyFrameInterval)
        context.pointee.thread_count = Int32(threads)
        context.pointee.flags |=
            AV_CODEC_FLAG_GLOBAL_HEADER | Int32(bitPattern: AV_CODEC_FLAG_CLOSED_GOP)
        CodedColor(request.color).apply(to: context)
        // The cap and the buffer of MEDIA's ladder: 1.5 and 2 times the average.
        let average = rendition.averageKilobitsPerSecond * 1000
        context.pointee.rc_max_rate = Int64(average * 3 / 2)
        if rendition.codec != .av1 { context.pointee.rc_buffer_size = Int32(average * 2) }
    }

    private var options: [String: String] {
        let interval = request.keyFrameInterval
        switch rendition.codec {
        case .h264:
            return [
                "preset": rendition.preset, "crf": String(rendition.quality), "forced-idr": "1",
                "x264-params": joined(
                    "keyint=\(interval):min-keyint=\(interval):scenecut=0:open-gop=0"
                        + ":stitchable=1:vbv-init=0.5"),
            ]
        case .hevc:
            return [
                "preset": rendition.preset, "crf": String(rendition.quality), "forced-idr": "1",
                "x265-params": joined(
                    "keyint=\(interval):min-keyint=\(interval):scenecut=0:open-gop=0:info=0"
                        + ":repeat-headers=0:pools=1:frame-threads=1:bframes=3:b-pyramid=1"
                        + ":log-level=error:vbv-init=0.5"),
            ]
        case .av1:
            return [
                "preset": rendition.preset, "crf": String(rendition.quality),
                "svtav1-params": joined("lp=1:irefresh-type=2:scd=0"),
            ]
        }
    }

    /// Ours, then the profile's in the order of their names, so that the profile has the last word.
    private func joined(_ ours: String) -> String {
        ([ours]
            + rendition.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            .joined(separator: ":")
    }
}
