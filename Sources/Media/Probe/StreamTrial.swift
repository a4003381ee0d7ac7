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
        /// In the first block of sound.
        var samples = 0
    }

    private(set) var outcome = Outcome.pending
    /// When packets were refused, in ticks, from the first on with which decoding should start.
    private var errorTimes: [Int64] = []
    private var shouldStart: Bool
    private var decoder: Decoder?
    private let frame: Frame
    private let isVideo: Bool
    private var packets = 0

    /// Groups of pictures are seldom longer than ten seconds, and a picture in two fields has two packets.
    private static let packetsMaximum = 1200

    /// A capture of a broadcast may begin anywhere: there, what comes before a key frame is not expected to be decoded.
    init(
        _ stream: UnsafeMutablePointer<AVStream>, isBroadcast: Bool
    ) throws(Failure) {
        shouldStart = !isBroadcast
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
        if packet.pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 { shouldStart = true }
        let time = packet.pointer.pointee.pts
        do throws(LibAVError) { try decoder!.send(packet) } catch { try tolerate(error, at: time) }
        try receive(at: time)
        if outcome == .pending, packets >= StreamTrial.packetsMaximum { end(.failed) }
    }

    /// Tries what the decoder still holds, at the end of the file.
    func finish() throws(Failure) {
        guard outcome == .pending else { return }
        do throws(LibAVError) { try decoder!.sendEnd() } catch { try tolerate(error, at: nil) }
        try receive(at: nil)
        if outcome == .pending { end(.failed) }
    }

    /// `time` is that of the last packet.
    private func receive(at time: Int64?) throws(Failure) {
        while outcome == .pending {
            frame.clear()
            do throws(LibAVError) {
                guard try decoder!.receive(into: frame) == .ready else { return }
            } catch {
                try tolerate(error, at: time)
                return
            }
            let value = frame.pointer.pointee
            guard isVideo ? value.width > 0 : value.nb_samples > 0 && value.sample_rate > 0 else {
                continue
            }
            let shown = value.best_effort_timestamp
            end(
                .decoded(
                    FirstFrame(
                        time: shown == reelmill_no_pts ? nil : shown, width: Int(value.width),
                        height: Int(value.height), pixelFormat: value.format,
                        traits: PictureTraits(frame),
                        sampleRate: Int(value.sample_rate),
                        channels: Int(value.ch_layout.nb_channels),
                        samples: Int(value.nb_samples))))
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

    private func tolerate(_ error: LibAVError, at time: Int64?) throws(Failure) {
        if error.code == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding") }
        if shouldStart, let time, time != reelmill_no_pts { errorTimes.append(time) }
    }

    /// When packets were refused that are shown before the first picture: no later unit looks at those.
    var earlyErrors: [Int64] {
        guard let first = firstFrame?.time else { return [] }
        return errorTimes.filter { $0 < first }
    }
}
