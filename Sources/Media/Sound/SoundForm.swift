import CLibAV
import TranscodeModel

/// The form of the samples that a rendition's encoder takes.
struct SoundForm {
    var format: AVSampleFormat
    /// Samples a second.
    var rate: Int32
    /// 1, 2, or 6 for 5.1.
    var channels: Int32

    init(_ rendition: AudioRendition) {
        switch rendition.codec {
        case .aac: format = AV_SAMPLE_FMT_FLTP
        case .opus: format = AV_SAMPLE_FMT_FLT
        }
        rate = Int32(rendition.sampleRate)
        channels = Int32(rendition.channels)
    }

    /// libavutil's name of the channels' layout.
    var layoutName: String {
        switch channels {
        case 1: "mono"
        case 2: "stereo"
        default: "5.1"
        }
    }

    /// Writes the usual layout of that many channels: that of 5.1 has its surrounds at the back, as AAC
    /// means them.
    func setLayout(_ layout: inout AVChannelLayout) { av_channel_layout_default(&layout, channels) }
}

/// What placed sound is handed to, piece by piece.
protocol SoundSink: ~Copyable {
    /// Takes as much of what is queued as it can use now.
    mutating func take(
        from queue: inout SoundQueue, _ clock: inout StageClock
    ) throws(Failure)
}
