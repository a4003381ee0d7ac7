import CLibAV
import CPicture
import TranscodeModel

/// Halves pictures of yuv420p in both directions, by a cubic of eight taps in whole numbers: with the same result on
/// every machine.
struct Halving {
    private var scratch: [UInt16] = []
    private let pool = PicturePool()

    /// Fills an empty `output`. Both sides of the picture are multiples of four.
    mutating func halve(
        _ input: borrowing Frame, into output: borrowing Frame
    ) throws(Failure) {
        let from = input.pointer.pointee
        precondition(from.format == AV_PIX_FMT_YUV420P.rawValue)
        precondition(from.width % 4 == 0 && from.height % 4 == 0)
        let room = 2 * Int(from.width) + 64
        if scratch.count < room { scratch = Array(repeating: 0, count: room) }
        try pool.take(
            width: from.width / 2, height: from.height / 2, format: AV_PIX_FMT_YUV420P, into: output
        )
        scratch.withUnsafeMutableBufferPointer {
            let to = output.pointer.pointee
            let planes = [
                (from.data.0, from.linesize.0, to.data.0, to.linesize.0, 0),
                (from.data.1, from.linesize.1, to.data.1, to.linesize.1, 1),
                (from.data.2, from.linesize.2, to.data.2, to.linesize.2, 1),
            ]
            for (source, stride, target, step, shift) in planes {
                reelmill_halve(
                    source, Int(stride), from.width >> Int32(shift), from.height >> Int32(shift),
                    target, Int(step), $0.baseAddress)
            }
        }
    }
}
