import CLibAV
import TranscodeModel

/// Decodes the first packets of a stream, until they give a picture or a block of sound.
///
/// What a header says of a stream is a claim. This shows whether anything can be decoded, from when on, and what it
/// really is, before a job is planned on it.
final class StreamTrial {
    enum Outcome: Equatable {
        case pending
        case decoded(FirstFrame)
        /// Nothing came of the packets that were tried.
        case failed
    }

    /// What the first picture or block of sound is.
    struct FirstFrame: Equatable {
        /// In ticks of the stream; nil where the file gives none.
        var time: Int64?
        var width: Int
        var height: Int
        var pixelFormat: Int32
        var traits: PictureTraits
        var sampleRate: Int
        var channels: Int
    }

    private(set) var outcome = Outcome.pending
    private var decoder: Decoder?
    private let frame: Frame
    private let isVideo: Bool
    private var packets = 0

    /// Groups of pictures are seldom longer than ten seconds, and a picture in two fields has two packets.
    private static let packetsMaximum = 1200

    init(_ stream: UnsafeMutablePointer<AVStream>) throws(Failure) {
        isVideo = stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
        frame = try Frame.allocate()
        do throws(Failure) {
            decoder = try Decoder.open(stream: stream, threads: 1)
        } catch {
            if error.category == .outOfMemory { throw error }
            outcome = .failed
        }
    }

    /// Tries one more packet.
    func feed(_ packet: borrowing Packet) throws(Failure) {
        guard outcome == .pending else { return }
        packets += 1
        do throws(LibAVError) { try decoder!.send(packet) } catch { try tolerate(error) }
        try receive()
        if outcome == .pending, packets >= StreamTrial.packetsMaximum { end(.failed) }
    }

    /// Tries what the decoder still holds, at the end of the file.
    func finish() throws(Failure) {
        guard outcome == .pending else { return }
        do throws(LibAVError) { try decoder!.sendEnd() } catch { try tolerate(error) }
        try receive()
        if outcome == .pending { end(.failed) }
    }

    private func receive() throws(Failure) {
        while outcome == .pending {
            frame.clear()
            do throws(LibAVError) {
                guard try decoder!.receive(into: frame) == .ready else { return }
            } catch {
                try tolerate(error)
                return
            }
            let value = frame.pointer.pointee
            guard isVideo ? value.width > 0 : value.nb_samples > 0 && value.sample_rate > 0 else {
                continue
            }
            let time = value.best_effort_timestamp
            end(
                .decoded(
                    FirstFrame(
                        time: time == reelmill_no_pts ? nil : time, width: Int(value.width),
                        height: Int(value.height), pixelFormat: value.format,
                        traits: PictureTraits(frame),
                        sampleRate: Int(value.sample_rate),
                        channels: Int(value.ch_layout.nb_channels))))
        }
    }

    /// Nil unless something was decoded.
    var firstFrame: FirstFrame? {
        if case .decoded(let frame) = outcome { frame } else { nil }
    }

    private func end(_ outcome: Outcome) {
        self.outcome = outcome
        frame.clear()
        decoder = nil
    }

    private func tolerate(_ error: LibAVError) throws(Failure) {
        if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
    }
}
