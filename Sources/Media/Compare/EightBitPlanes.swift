import CLibAV

/// One plane of a picture, eight bits a sample. Valid as long as what it was taken from.
struct Plane {
    let start: UnsafePointer<UInt8>
    let stride: Int
    let width: Int
    let height: Int

    var mean: Double {
        let sum = reelmill_plane_sum(start, stride, Int32(width), Int32(height))
        return Double(sum) / Double(width * height)
    }

    /// Writes the sums of all whole blocks of 4×4.
    func sumBlocks(into sums: UnsafeMutableBufferPointer<UInt16>) {
        guard let address = sums.baseAddress else { return }
        reelmill_block_sums(start, stride, Int32(width), Int32(height), address)
    }
}

/// Shows the planes of pictures of any depth as eight bits: deeper ones are narrowed in a room of its own.
final class EightBitPlanes {
    private var room: UnsafeMutableBufferPointer<UInt8>?

    /// The plane stays valid until the next call, and as long as the frame.
    func plane(_ index: Int, of frame: borrowing Frame) -> Plane {
        let picture = frame.pointer.pointee
        guard let format = av_pix_fmt_desc_get(AVPixelFormat(picture.format)) else {
            preconditionFailure("a decoded picture has a known format")
        }
        let (width, height) = (Int(picture.width), Int(picture.height))
        let across = index == 0 ? 0 : Int(format.pointee.log2_chroma_w)
        let down = index == 0 ? 0 : Int(format.pointee.log2_chroma_h)
        let size = ((width + (1 << across) - 1) >> across, (height + (1 << down) - 1) >> down)
        let planes = [picture.data.0, picture.data.1, picture.data.2]
        let strides = [picture.linesize.0, picture.linesize.1, picture.linesize.2]
        guard let start = planes[index] else { preconditionFailure("plane \(index) is not there") }
        let depth = format.pointee.comp.0.depth
        guard depth > 8 else {
            return Plane(
                start: start, stride: Int(strides[index]), width: size.0, height: size.1)
        }
        let narrowed = room(size.0 * size.1)
        reelmill_narrow(
            start, Int(strides[index]), Int32(size.0), Int32(size.1), depth - 8, narrowed)
        return Plane(start: narrowed, stride: size.0, width: size.0, height: size.1)
    }

    private func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let room, room.count >= count, let address = room.baseAddress { return address }
        room?.deallocate()
        let made = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
        room = made
        guard let address = made.baseAddress else { preconditionFailure("a picture has samples") }
        return address
    }

    deinit { room?.deallocate() }
}
