import CLibAV
import TranscodeModel

/// Makes the bytes of one JPEG file.
enum JPEGFile {
    /// Quantizer scales of libavcodec's `mjpeg`, from 1 (best) to 31.
    static let posterScale: Int32 = 3
    static let spriteScale: Int32 = 5

    static func bytes(of still: borrowing Frame, scale: Int32) throws(Failure) -> [UInt8] {
        let quality = scale * Int32(FF_QP2LAMBDA)
        let (width, height) = (still.pointer.pointee.width, still.pointer.pointee.height)
        let encoder = try Encoder.open(name: "mjpeg", options: [:]) { context in
            context.pointee.width = width
            context.pointee.height = height
            context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
            context.pointee.color_range = AVCOL_RANGE_JPEG
            context.pointee.time_base = reelmill_rational(1, 1)
            context.pointee.thread_count = 1
            context.pointee.flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT
            context.pointee.global_quality = quality
        }
        still.pointer.pointee.quality = quality
        still.pointer.pointee.pts = 0
        try encoder.send(still)
        try encoder.sendEnd()
        let packet = try Packet.allocate()
        guard try encoder.receive(into: packet) == .ready else {
            throw Failure(
                .permanent, .internalFault,
                "The JPEG encoder made nothing of \(width)×\(height). Use another build of FFmpeg.")
        }
        return Array(
            UnsafeBufferPointer(
                start: packet.pointer.pointee.data, count: Int(packet.pointer.pointee.size)))
    }
}
