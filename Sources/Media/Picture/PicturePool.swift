import CLibAV
import TranscodeModel

/// Pictures of one size and format, used again once nobody else holds them.
///
/// Memory that is freed for each picture goes back to the system, which gives it out again page by page, each
/// filled with zeros first. How many pictures there are is bounded by how many are held at once.
final class PicturePool {
    private struct Shape: Equatable {
        var width: Int32
        var height: Int32
        var format: Int32
    }

    private var shape: Shape?
    /// Owned; each holds the first reference to its bytes.
    private var pictures: [UnsafeMutablePointer<AVFrame>] = []

    /// Fills an empty `frame` with a picture whose bytes are whatever they were.
    func take(
        width: Int32, height: Int32, format: AVPixelFormat, into frame: borrowing Frame
    ) throws(Failure) {
        let wanted = Shape(width: width, height: height, format: format.rawValue)
        if wanted != shape {
            removeAll()
            shape = wanted
        }
        let free = pictures.first { av_frame_is_writable($0) > 0 }
        let picture = if let free { free } else { try add(wanted) }
        try requireSuccess(av_frame_ref(frame.pointer, picture), "Making a picture")
    }

    private func add(_ shape: Shape) throws(Failure) -> UnsafeMutablePointer<AVFrame> {
        let picture = try requireAllocated(av_frame_alloc(), "Making a picture")
        picture.pointee.width = shape.width
        picture.pointee.height = shape.height
        picture.pointee.format = shape.format
        pictures.append(picture)
        // Freed with the pool even where it has no bytes: such a one is never writable.
        try requireSuccess(av_frame_get_buffer(picture, 0), "Making a picture")
        return picture
    }

    private func removeAll() {
        for picture in pictures {
            var pointer: UnsafeMutablePointer<AVFrame>? = picture
            av_frame_free(&pointer)
        }
        pictures = []
    }

    deinit { removeAll() }
}
