import CLibAV
import TranscodeModel

/// One open encoder.
struct Encoder: ~Copyable {
    let context: UnsafeMutablePointer<AVCodecContext>
    private init(owning context: UnsafeMutablePointer<AVCodecContext>) { self.context = context }

    /// Opens the encoder of that libav name. `configure` sets the context's fields first; `options` are the
    /// encoder's own, and one that it does not know is refused.
    static func open(
        name: String, options: [String: String],
        configure: (UnsafeMutablePointer<AVCodecContext>) -> Void
    ) throws(Failure) -> Encoder {
        guard let codec = avcodec_find_encoder_by_name(name) else {
            throw Failure(
                .permanent, .encoderMissing,
                "This build of FFmpeg has no \(name). Install one that has, or use another codec.")
        }
        let encoder = Encoder(
            owning: try requireAllocated(avcodec_alloc_context3(codec), "Opening \(name)"))
        configure(encoder.context)
        var dictionary: OpaquePointer?
        defer { av_dict_free(&dictionary) }
        for (key, value) in options.sorted(by: { $0.key < $1.key }) {
            try requireSuccess(av_dict_set(&dictionary, key, value, 0), "Opening \(name)")
        }
        try requireSuccess(
            avcodec_open2(encoder.context, codec, &dictionary), .permanent, .profileMismatch,
            "\(name) does not accept these settings")
        if let unknown = av_dict_get(dictionary, "", nil, AV_DICT_IGNORE_SUFFIX) {
            throw Failure(
                .permanent, .profileMismatch,
                "\(name) has no option \(String(cString: unknown.pointee.key)). "
                    + "Correct the profile.")
        }
        return encoder
    }

    func send(_ frame: borrowing Frame) throws(Failure) {
        try requireSuccess(avcodec_send_frame(context, frame.pointer), "Encoding")
    }

    /// Says that no more frames come.
    func sendEnd() throws(Failure) {
        try requireSuccess(avcodec_send_frame(context, nil), "Ending the encode")
    }

    func receive(into packet: borrowing Packet) throws(Failure) -> Output {
        let answer = avcodec_receive_packet(context, packet.pointer)
        if answer == reelmill_error_again { return .needsInput }
        if answer == reelmill_error_eof { return .ended }
        try requireSuccess(answer, "Encoding")
        return .ready
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }
}
