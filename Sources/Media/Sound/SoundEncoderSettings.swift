import CLibAV
import TranscodeModel

/// How each sound encoder is pinned: one thread, no mark of the library's version, sizes by the plan.
struct SoundEncoderSettings {
    let rendition: AudioRendition

    func open() throws(Failure) -> Encoder {
        try Encoder.open(name: rendition.codec.encoder, options: options, configure: configure)
    }

    private func configure(_ context: UnsafeMutablePointer<AVCodecContext>) {
        let form = SoundForm(rendition)
        context.pointee.sample_rate = form.rate
        context.pointee.sample_fmt = form.format
        form.setLayout(&context.pointee.ch_layout)
        context.pointee.time_base = reelmill_rational(1, form.rate)
        context.pointee.bit_rate = Int64(rendition.kilobitsPerSecond) * 1000
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
        if rendition.codec == .aac { context.pointee.profile = FF_PROFILE_AAC_LOW }
    }

    private var options: [String: String] {
        switch rendition.codec {
        case .aac: [:]
        case .opus: ["vbr": "on"]
        }
    }
}
