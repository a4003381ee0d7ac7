import CLibAV
import Glibc
import TranscodeModel

/// Decodes one stream of subtitles to marked-up text, packet by packet.
struct TextDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let styles: StyleSheet
    private let codec: AVCodecID

    private init(
        owning context: UnsafeMutablePointer<AVCodecContext>, _ styles: StyleSheet,
        _ codec: AVCodecID
    ) {
        self.context = context
        self.styles = styles
        self.codec = codec
    }

    /// Nil where libavcodec does not accept the stream's header.
    static func open(_ stream: UnsafeMutablePointer<AVStream>) throws(Failure) -> TextDecoder? {
        let parameters = stream.pointee.codecpar!
        guard let codec = avcodec_find_decoder(parameters.pointee.codec_id) else { return nil }
        var context = avcodec_alloc_context3(codec)
        guard let opened = context else { throw Failure.outOfMemory("Opening a text decoder") }
        let identifier = parameters.pointee.codec_id
        var answer = avcodec_parameters_to_context(opened, parameters)
        opened.pointee.pkt_timebase = stream.pointee.time_base
        // Text is made UTF-8 before it is decoded: libavcodec's way would open files of the C library.
        opened.pointee.sub_charenc_mode = Int32(FF_SUB_CHARENC_MODE_IGNORE)
        if answer >= 0 { answer = avcodec_open2(opened, codec, nil) }
        guard answer >= 0 else {
            avcodec_free_context(&context)
            if answer == reelmill_error_no_memory {
                throw Failure.outOfMemory("Opening a text decoder")
            }
            return nil
        }
        var header = ""
        if let bytes = opened.pointee.subtitle_header, opened.pointee.subtitle_header_size > 0 {
            header = CharacterDecoding.text(
                UnsafeBufferPointer(
                    start: bytes, count: Int(opened.pointee.subtitle_header_size)))
        }
        return TextDecoder(owning: opened, StyleSheet(header: header), identifier)
    }

    /// The lines of a packet as WebVTT shows them, empty for nothing to show; nil where it cannot be decoded.
    func decode(_ packet: borrowing Packet) throws(Failure) -> CueText? {
        try makeUnicode(packet)
        var subtitle = AVSubtitle()
        var isThere: Int32 = 0
        let answer = avcodec_decode_subtitle2(context, &subtitle, &isThere, packet.pointer)
        defer { if isThere != 0 { avsubtitle_free(&subtitle) } }
        if answer == reelmill_error_no_memory { throw Failure.outOfMemory("Decoding text") }
        guard answer >= 0 else { return nil }
        var text = CueText()
        guard isThere != 0 else { return text }
        for number in 0..<Int(subtitle.num_rects) {
            guard let rectangle = subtitle.rects[number]?.pointee else { continue }
            if rectangle.type == SUBTITLE_ASS, let event = rectangle.ass {
                text.add(event: bounded(event), styles)
            } else if rectangle.type == SUBTITLE_TEXT, let plain = rectangle.text {
                text.add(plain: bounded(plain))
            }
        }
        return text
    }

    /// More than is ever shown of a cue, its markup counted.
    private func bounded(_ text: UnsafePointer<CChar>) -> String {
        let length = strnlen(text, 16 * TextBounds.cueBytesMaximum)
        return text.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }

    /// Replaces the packet's bytes where they are no UTF-8.
    private func makeUnicode(_ packet: borrowing Packet) throws(Failure) {
        let value = packet.pointer.pointee
        guard value.size > 0, let data = value.data else { return }
        var bytes = UnsafeBufferPointer(start: UnsafePointer(data), count: Int(value.size))
        let hasLength = codec == AV_CODEC_ID_MOV_TEXT
        if hasLength {
            // A 16-bit length, the text, then boxes of styles (3GPP TS 26.245, section 5.17).
            guard bytes.count >= 2 else { return }
            let length = min(Int(bytes[0]) << 8 | Int(bytes[1]), bytes.count - 2)
            bytes = UnsafeBufferPointer(rebasing: bytes[2..<(2 + length)])
        }
        guard !CharacterDecoding.isPlainUnicode(bytes) else { return }
        var made = Array(CharacterDecoding.text(bytes).utf8)
        if hasLength {
            made = Array(made.prefix(0xFFFF))
            // The styles count characters of the other text, so they go.
            made.insert(contentsOf: [UInt8(made.count >> 8), UInt8(made.count & 255)], at: 0)
        }
        let (time, decode, duration) = (value.pts, value.dts, value.duration)
        packet.clear()
        try requireSuccess(
            av_new_packet(packet.pointer, Int32(clamping: made.count)), "Making a packet")
        made.withUnsafeBytes { from in
            if let base = from.baseAddress { memcpy(packet.pointer.pointee.data, base, from.count) }
        }
        packet.pointer.pointee.pts = time
        packet.pointer.pointee.dts = decode
        packet.pointer.pointee.duration = duration
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }
}
