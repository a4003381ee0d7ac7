import CLibAV
import TranscodeModel

/// One sheet of thumbnails that fills up.
final class SpriteSheet {
    private let picture: Frame
    /// Thumbnails still to come.
    private var missing: Int

    init(_ geometry: SpriteGeometry, sheet: Int) throws(Failure) {
        missing = geometry.thumbnails(on: sheet).count
        picture = try Frame.black(
            StillScaler.target(width: geometry.sheetWidth, height: geometry.sheetHeight(sheet)))
        picture.pointer.pointee.color_range = AVCOL_RANGE_JPEG
    }

    var isComplete: Bool { missing == 0 }

    /// Copies a thumbnail to its place. Of odd sizes, neighbours share a column or row of colour.
    func paste(_ thumbnail: borrowing Frame, at place: SpriteGeometry.Place) {
        let (to, from) = (picture.pointer.pointee, thumbnail.pointer.pointee)
        let planes = [
            (to.data.0, to.linesize.0, from.data.0, from.linesize.0, 1),
            (to.data.1, to.linesize.1, from.data.1, from.linesize.1, 2),
            (to.data.2, to.linesize.2, from.data.2, from.linesize.2, 2),
        ]
        for (target, targetStride, source, sourceStride, divisor) in planes {
            let corner = place.y / divisor * Int(targetStride) + place.x / divisor
            av_image_copy_plane(
                target! + corner, targetStride, source, sourceStride,
                (from.width + Int32(divisor) - 1) / Int32(divisor),
                (from.height + Int32(divisor) - 1) / Int32(divisor))
        }
        missing -= 1
    }

    func bytes() throws(Failure) -> [UInt8] {
        try JPEGFile.bytes(of: picture, scale: JPEGFile.spriteScale)
    }
}
