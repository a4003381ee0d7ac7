import CLibAV

/// Cuts a packet of several AMR frames into frames: 3GP files put up to a second into one sample, and libavcodec
/// decodes the first of it alone (seen with FFmpeg 5.1).
///
/// Each frame starts with a byte that says its type, and so its length (RFC 4867, section 5.3; 3GPP TS 26.101 and
/// TS 26.201, annex A).
struct SpeechFrames {
    /// Bytes of a frame by its type, the first byte included.
    private let lengths: [Int]
    /// Bytes of the packet after the frame that it shows now.
    private var rest = 0
    private let frameTicks: Int64

    /// Nil for other codecs. A frame lasts 20 ms.
    init?(_ stream: UnsafeMutablePointer<AVStream>) {
        switch stream.pointee.codecpar.pointee.codec_id {
        case AV_CODEC_ID_AMR_NB:
            lengths = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1]
        case AV_CODEC_ID_AMR_WB:
            lengths = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 6, 1, 1, 1, 1, 1]
        default: return nil
        }
        frameTicks = av_rescale_q(
            20, reelmill_rational(1, 1000), stream.pointee.time_base)
    }

    /// Makes a packet that was just read show its first frame.
    mutating func start(_ packet: borrowing Packet) {
        rest = Int(packet.pointer.pointee.size)
        show(packet)
    }

    /// Makes the packet show its next frame; false when there is none.
    mutating func advance(_ packet: borrowing Packet) -> Bool {
        guard rest > 0, packet.pointer.pointee.data != nil else { return false }
        packet.pointer.pointee.data += Int(packet.pointer.pointee.size)
        packet.shift(by: frameTicks)
        show(packet)
        return true
    }

    private mutating func show(_ packet: borrowing Packet) {
        guard rest > 0, let data = packet.pointer.pointee.data else { return }
        let length = min(lengths[Int(data[0] >> 3 & 15)], rest)
        packet.pointer.pointee.size = Int32(length)
        rest -= length
    }
}
