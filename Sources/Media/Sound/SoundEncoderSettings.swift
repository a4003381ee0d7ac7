import CLibAV
import TranscodeModel

/// How each sound encoder is pinned: one thread, no mark of the library's version, sizes by the plan.
struct SoundEncoderSettings {
    let rendition: AudioRendition

    func open() throws(Failure) -> Encoder {
        try Encoder.open(name: rendition.codec.encoder, options: options, configure: configure)
    }

    private func configure(_ context: UnsafeMutablePointer<AVCodecContext>) {
        context.pointee.sample_rate = Int32(rendition.sampleRate)
        context.pointee.time_base = reelmill_rational(1, Int32(rendition.sampleRate))
        av_channel_layout_default(&context.pointee.ch_layout, Int32(rendition.channels))
        context.pointee.bit_rate = Int64(rendition.kilobitsPerSecond) * 1000
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
        switch rendition.codec {
        case .aac:
            context.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
            context.pointee.profile = FF_PROFILE_AAC_LOW
        case .opus:
            context.pointee.sample_fmt = AV_SAMPLE_FMT_FLT
        }
    }

    private var options: [String: String] {
        switch rendition.codec {
        case .aac: [:]
        case .opus: ["vbr": "on"]
        }
    }
}
