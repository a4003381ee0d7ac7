import CLibAV
import TranscodeModel

/// Scales pictures to one size, and holds the newest.
final class SizedPicture {
    private var scaler: Scaler
    private let scaled: Frame

    init(_ size: PictureSize, bitDepth: Int, color: ColorDescription) throws(Failure) {
        scaled = try Frame.allocate()
        scaler = Scaler(
            width: size.width, height: size.height, bitDepth: bitDepth, color: CodedColor(color))
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
