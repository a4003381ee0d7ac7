import CLibAV
import TranscodeModel

/// Tells which packets of an H.264 stream are the second field of a picture: in transport streams each field is a
/// packet with a time of its own, and both are one frame (ITU-T H.264, section 7.4.1.2.4).
final class FieldPairing {
    private let parser: UnsafeMutablePointer<AVCodecParserContext>
    private let context: UnsafeMutablePointer<AVCodecContext>
    /// The structure of the field that waits for its other half.
    private var waiting: AVPictureStructure?

    private init(
        owning parser: UnsafeMutablePointer<AVCodecParserContext>,
        _ context: UnsafeMutablePointer<AVCodecContext>
    ) {
        self.parser = parser
        self.context = context
    }

    /// Nil for streams whose packets are whole frames.
    static func open(
        _ stream: UnsafeMutablePointer<AVStream>, isBroadcast: Bool
    ) throws(Failure) -> FieldPairing? {
        let parameters = stream.pointee.codecpar!
        guard isBroadcast, parameters.pointee.codec_id == AV_CODEC_ID_H264,
            let codec = avcodec_find_decoder(AV_CODEC_ID_H264),
            let parser = av_parser_init(Int32(bitPattern: AV_CODEC_ID_H264.rawValue))
        else { return nil }
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        guard let context = avcodec_alloc_context3(codec) else {
            av_parser_close(parser)
            throw Failure.outOfMemory("Opening a parser")
        }
        let pairing = FieldPairing(owning: parser, context)
        try requireSuccess(avcodec_parameters_to_context(context, parameters), "Opening a parser")
        return pairing
    }

    /// Whether a packet completes the picture of the one before it.
    func isSecondField(_ packet: borrowing Packet) -> Bool {
        var bytes: UnsafeMutablePointer<UInt8>?
        var size: Int32 = 0
        let value = packet.pointer.pointee
        av_parser_parse2(
            parser, context, &bytes, &size, value.data, value.size, value.pts, value.dts, value.pos)
        let structure = parser.pointee.picture_structure
        guard
            structure == AV_PICTURE_STRUCTURE_TOP_FIELD
                || structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD
        else {
            waiting = nil
            return false
        }
        if let first = waiting, first != structure {
            waiting = nil
            return true
        }
        waiting = structure
        return false
    }

    deinit {
        av_parser_close(parser)
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }
}
