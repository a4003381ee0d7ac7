import CLibAV

/// Reads the codec frames of a track of AAC-LC out of its packets.
struct AACPackets {
    /// What the container says; nil where each packet has a header of its own.
    private let stated: AACForm?
    /// Of every packet so far.
    private(set) var form: AACForm?

    /// Nil for other codecs, and for forms of AAC that are not plain.
    init?(_ stream: UnsafeMutablePointer<AVStream>) {
        let parameters = stream.pointee.codecpar.pointee
        guard parameters.codec_id == AV_CODEC_ID_AAC else { return nil }
        guard let data = parameters.extradata, parameters.extradata_size > 0 else {
            stated = nil
            return
        }
        let bytes = Array(
            UnsafeBufferPointer(start: data, count: Int(parameters.extradata_size)))
        guard let form = AACForm(configuration: bytes) else { return nil }
        stated = form
        self.form = form
    }

    /// How many bytes of a packet come before its codec frame; nil where the packet is no single codec frame of the form
    /// that the others have.
    mutating func headerLength(_ packet: borrowing Packet) -> Int? {
        let value = packet.pointer.pointee
        let most = (form?.channels ?? 6) * 768 + 9
        guard let data = value.data, value.size > 0, Int(value.size) <= most else { return nil }
        if stated != nil { return 0 }
        let bytes = UnsafeBufferPointer(start: data, count: Int(value.size))
        guard let (own, length) = AACForm.adts(bytes), form ?? own == own else { return nil }
        form = own
        return length
    }
}
