import CLibAV
import TranscodeModel

/// What a decoder or an encoder answers when asked for the next output.
enum Output { case ready, needsInput, ended }

/// One open decoder.
struct Decoder: ~Copyable {
    let context: UnsafeMutablePointer<AVCodecContext>
    private init(owning context: UnsafeMutablePointer<AVCodecContext>) { self.context = context }

    static func open(
        stream: UnsafeMutablePointer<AVStream>, threads: Int
    ) throws(Failure) -> Decoder {
        let parameters = stream.pointee.codecpar!
        let name = String(cString: avcodec_get_name(parameters.pointee.codec_id))
        guard let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            throw Failure(
                .permanent, .unsupportedCodec,
                "Stream \(stream.pointee.index) is \(name), which this build cannot decode. "
                    + "Convert it to another codec.")
        }
        let decoder = Decoder(
            owning: try requireAllocated(avcodec_alloc_context3(codec), "Opening \(name)"))
        try requireSuccess(
            avcodec_parameters_to_context(decoder.context, parameters), "Opening \(name)")
        decoder.context.pointee.pkt_timebase = stream.pointee.time_base
        decoder.context.pointee.thread_count = Int32(threads)
        try requireSuccess(
            avcodec_open2(decoder.context, codec, nil), .permanent, .undecodable,
            "The \(name) decoder does not accept stream \(stream.pointee.index)")
        return decoder
    }

    /// Gives the decoder one packet.
    func send(_ packet: borrowing Packet) throws(LibAVError) {
        let answer = avcodec_send_packet(context, packet.pointer)
        guard answer >= 0 else { throw LibAVError(code: answer) }
    }

    /// Says that no more packets come.
    func sendEnd() throws(LibAVError) {
        let answer = avcodec_send_packet(context, nil)
        guard answer >= 0 || answer == reelmill_error_eof else { throw LibAVError(code: answer) }
    }

    func receive(into frame: borrowing Frame) throws(LibAVError) -> Output {
        let answer = avcodec_receive_frame(context, frame.pointer)
        if answer == reelmill_error_again { return .needsInput }
        if answer == reelmill_error_eof { return .ended }
        guard answer >= 0 else { throw LibAVError(code: answer) }
        return .ready
    }

    /// Forgets all state, after a seek.
    func flush() { avcodec_flush_buffers(context) }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }
}
