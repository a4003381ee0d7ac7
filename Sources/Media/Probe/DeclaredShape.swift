import CLibAV
import TranscodeModel

/// What a container's header says of the size of a stream's pictures, before any of them is decoded.
struct DeclaredShape: Equatable {
    var width: Int
    var height: Int

    /// By stream. To be asked for before libav reads packets, which puts what they say in its place.
    static func all(_ demuxer: borrowing Demuxer) -> [Int: DeclaredShape] {
        var shapes: [Int: DeclaredShape] = [:]
        for number in 0..<demuxer.streamCount {
            let parameters = demuxer.stream(number).pointee.codecpar.pointee
            guard parameters.width > 0, parameters.height > 0 else { continue }
            shapes[number] = DeclaredShape(
                width: Int(parameters.width), height: Int(parameters.height))
        }
        return shapes
    }

    /// The shape of a sample, where libav derived `aspect` from the shape that the whole picture is shown in and the
    /// declared size, which is not that of the pictures.
    func corrected(_ aspect: Rational, width: Int, height: Int) -> Rational {
        guard self != DeclaredShape(width: width, height: height) else { return aspect }
        let limit = 1 << 15
        guard max(self.width, self.height, width, height) < limit,
            aspect.numerator < limit, aspect.denominator < limit
        else { return aspect }
        return (aspect * Rational(Int64(self.width * height), Int64(self.height * width))).asAspect
    }

    /// The size that pictures of a codec which changes its resolution as it goes (VP8, VP9, AV1) are shown in: that of
    /// the stream, when the first picture is a smaller one of the same shape.
    static func shown(
        _ parameters: AVCodecParameters, first width: Int, _ height: Int
    ) -> (width: Int, height: Int) {
        let adapts = [AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1]
            .contains(parameters.codec_id)
        let (wide, tall) = (Int(parameters.width), Int(parameters.height))
        guard adapts, wide > width, tall > height, max(wide, tall) <= 1 << 14,
            abs(wide * height - tall * width) * 50 <= tall * width
        else { return (width, height) }
        return (wide, tall)
    }
}
