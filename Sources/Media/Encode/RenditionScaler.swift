import CLibAV
import TranscodeModel

/// Scales the pictures of one rendition.
final class RenditionScaler {
    let rendition: VideoRendition
    private let picture: SizedPicture

    init(
        _ rendition: VideoRendition, bitDepth: Int, color: ColorDescription
    ) throws(Failure) {
        self.rendition = rendition
        picture = try SizedPicture(rendition.size, bitDepth: bitDepth, color: color)
    }

    /// Scales a new picture; the result stays until the next.
    func scale(_ picture: borrowing Frame, _ clock: inout StageClock) throws(Failure) {
        try self.picture.scale(picture, &clock)
    }

    /// Lets `body` see the scaled picture.
    func withScaled(_ body: (borrowing Frame) throws(Failure) -> Void) throws(Failure) {
        try picture.withScaled(body)
    }

    /// Fills an empty `frame` with another reference to the scaled picture.
    func share(into frame: borrowing Frame) throws(Failure) { try picture.share(into: frame) }
}
