import CLibAV
import TranscodeModel

/// A codec frame of silence, as the rendition's encoder makes it.
enum SilentFrame {
    static func bytes(_ rendition: AudioRendition) throws(Failure) -> [UInt8] {
        let encoder = try SoundEncoderSettings(rendition: rendition).open()
        let size = encoder.context.pointee.frame_size
        let queue = try SoundQueue.open(for: SoundForm(rendition), limit: 0)
        let packet = try Packet.allocate()
        var frames: [[UInt8]] = []
        for number in 0..<6 {
            let block = try queue.block(samples: size)
            try requireSuccess(
                av_samples_set_silence(
                    block.pointer.pointee.extended_data, 0, size,
                    block.pointer.pointee.ch_layout.nb_channels,
                    AVSampleFormat(block.pointer.pointee.format)), "Making silence")
            block.pointer.pointee.pts = Int64(number) * Int64(size)
            try encoder.send(block)
            while try encoder.receive(into: packet) == .ready {
                let value = packet.pointer.pointee
                frames.append(
                    Array(UnsafeBufferPointer(start: value.data, count: Int(value.size))))
            }
        }
        guard let last = frames.last, !last.isEmpty else {
            throw Failure(
                .permanent, .outputInvalid,
                "\(rendition.name): the encoder gave no codec frame of silence. Use another build of "
                    + "FFmpeg.")
        }
        return last
    }
}
