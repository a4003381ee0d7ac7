import CLibAV
import TranscodeModel

/// One picture or block of sound.
struct Frame: ~Copyable {
    let pointer: UnsafeMutablePointer<AVFrame>
    private init(owning pointer: UnsafeMutablePointer<AVFrame>) { self.pointer = pointer }

    static func allocate() throws(Failure) -> Frame {
        Frame(owning: try requireAllocated(av_frame_alloc(), "Making a frame"))
    }

    /// Makes an empty frame a second owner of another's picture; the bytes are shared.
    func refer(to other: borrowing Frame) throws(Failure) {
        try requireSuccess(av_frame_ref(pointer, other.pointer), "Sharing a frame")
    }

    /// Lets go of the picture, so that the frame can be filled again.
    func clear() { av_frame_unref(pointer) }

    deinit {
        var pointer: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&pointer)
    }
}
