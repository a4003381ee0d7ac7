import CLibAV
import TranscodeModel

/// The colours of the output, in libav's constants; always limited range.
struct CodedColor {
    let primaries: AVColorPrimaries
    let transfer: AVColorTransferCharacteristic
    let matrix: AVColorSpace

    /// An unknown name means unspecified.
    init(_ color: ColorDescription) {
        func code(_ found: Int32) -> UInt32 { found < 0 ? 2 : UInt32(found) }
        primaries = AVColorPrimaries(code(av_color_primaries_from_name(color.primaries)))
        transfer = AVColorTransferCharacteristic(code(av_color_transfer_from_name(color.transfer)))
        matrix = AVColorSpace(code(av_color_space_from_name(color.matrix)))
    }

    func apply(to frame: borrowing Frame) {
        frame.pointer.pointee.color_range = AVCOL_RANGE_MPEG
        frame.pointer.pointee.color_primaries = primaries
        frame.pointer.pointee.color_trc = transfer
        frame.pointer.pointee.colorspace = matrix
    }

    func apply(to parameters: UnsafeMutablePointer<AVCodecParameters>) {
        parameters.pointee.color_range = AVCOL_RANGE_MPEG
        parameters.pointee.color_primaries = primaries
        parameters.pointee.color_trc = transfer
        parameters.pointee.color_space = matrix
    }

    func apply(to context: UnsafeMutablePointer<AVCodecContext>) {
        context.pointee.color_range = AVCOL_RANGE_MPEG
        context.pointee.color_primaries = primaries
        context.pointee.color_trc = transfer
        context.pointee.colorspace = matrix
    }
}
