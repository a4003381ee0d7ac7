import CLibAV
import TranscodeModel

/// One compressed packet, reused from read to read.
struct Packet: ~Copyable {
    let pointer: UnsafeMutablePointer<AVPacket>
    private init(owning pointer: UnsafeMutablePointer<AVPacket>) { self.pointer = pointer }

    static func allocate() throws(Failure) -> Packet {
        Packet(owning: try requireAllocated(av_packet_alloc(), "Making a packet"))
    }

    /// Lets go of the bytes, so that the packet can be filled again.
    func clear() { av_packet_unref(pointer) }

    deinit {
        var pointer: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&pointer)
    }
}
