import CLibAV
import TranscodeModel

/// Scales the pictures of one rendition; the next smaller one is scaled from them (media rule 4).
final class RenditionScaler {
    let rendition: VideoRendition
    private var scaler: Scaler
    private let scaled: Frame

    init(
        _ rendition: VideoRendition, bitDepth: Int, color: ColorDescription
    ) throws(Failure) {
        self.rendition = rendition
        scaled = try Frame.allocate()
        scaler = Scaler(
            width: rendition.width, height: rendition.height, bitDepth: bitDepth,
            color: CodedColor(color))
    }

    /// Scales a new picture; the result stays until the next.
    func scale(_ picture: borrowing Frame, _ clock: inout StageClock) throws(Failure) {
        let start = clock.now
        try scaler.scale(picture, into: scaled)
        clock.add("scale", since: start)
    }

    /// Lets `body` see the scaled picture.
    func withScaled(_ body: (borrowing Frame) throws(Failure) -> Void) throws(Failure) {
        try body(scaled)
    }

    /// Fills an empty `frame` with another reference to the scaled picture.
    func share(into frame: borrowing Frame) throws(Failure) { try frame.refer(to: scaled) }
}
