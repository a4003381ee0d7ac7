import CLibAV
import TranscodeModel

/// What a decoded picture says of itself, which headers may not.
struct PictureTraits: Equatable {
    var color: ColorDescription
    var isInterlaced: Bool
    var light: LightMetadata?

    init(_ frame: borrowing Frame) {
        let value = frame.pointer.pointee
        color = ColorDescription(
            primaries: ColorName.primaries(value.color_primaries),
            transfer: ColorName.transfer(value.color_trc),
            matrix: ColorName.matrix(value.colorspace),
            isFullRange: PictureFitter.isFullRange(value))
        isInterlaced = value.interlaced_frame != 0
        let display = av_frame_get_side_data(
            frame.pointer, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA
        )?.pointee
        let content = av_frame_get_side_data(frame.pointer, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL)?
            .pointee
        light =
            LightMetadata(
                mastering: PictureTraits.mastering(display?.data, display?.size ?? 0),
                content: PictureTraits.content(content?.data, content?.size ?? 0)
            ).ifSaid
    }

    /// What the container says, for pictures that say nothing.
    static func light(of stream: UnsafeMutablePointer<AVStream>) -> LightMetadata? {
        var sizes = (display: 0, content: 0)
        let display = av_stream_get_side_data(
            stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, &sizes.display)
        let content = av_stream_get_side_data(
            stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, &sizes.content)
        return LightMetadata(
            mastering: mastering(display, sizes.display),
            content: self.content(content, sizes.content)
        ).ifSaid
    }

    private static func mastering(_ data: UnsafePointer<UInt8>?, _ size: Int) -> MasteringDisplay? {
        guard let data, size >= MemoryLayout<AVMasteringDisplayMetadata>.size else { return nil }
        return data.withMemoryRebound(to: AVMasteringDisplayMetadata.self, capacity: 1) {
            let value = $0.pointee
            guard value.has_primaries != 0, value.has_luminance != 0 else { return nil }
            func point(_ pair: (AVRational, AVRational)) -> MasteringDisplay.Chromaticity {
                MasteringDisplay.Chromaticity(
                    x: whole(pair.0, times: 50_000), y: whole(pair.1, times: 50_000))
            }
            let primaries = value.display_primaries
            return MasteringDisplay(
                red: point(primaries.0), green: point(primaries.1), blue: point(primaries.2),
                white: point(value.white_point),
                luminanceMaximum: whole(value.max_luminance, times: 10_000),
                luminanceMinimum: whole(value.min_luminance, times: 10_000))
        }
    }

    private static func content(_ data: UnsafePointer<UInt8>?, _ size: Int) -> ContentLight? {
        guard let data, size >= MemoryLayout<AVContentLightMetadata>.size else { return nil }
        return data.withMemoryRebound(to: AVContentLightMetadata.self, capacity: 1) {
            ContentLight(
                maximum: Int($0.pointee.MaxCLL), averageMaximum: Int($0.pointee.MaxFALL))
        }
    }

    /// -1, which is out of every range, for what is no number.
    private static func whole(_ value: AVRational, times unit: Double) -> Int {
        guard value.den != 0 else { return -1 }
        let scaled = Double(value.num) / Double(value.den) * unit
        return scaled.magnitude < 1e9 ? Int(scaled.rounded()) : -1
    }
}

extension LightMetadata {
    /// Without what is out of range; nil when nothing is left.
    var ifSaid: LightMetadata? {
        let kept = LightMetadata(
            mastering: mastering?.isInRange == true ? mastering : nil,
            content: content?.isInRange == true && content?.maximum != 0 ? content : nil)
        return kept == LightMetadata() ? nil : kept
    }
}

extension ColorDescription {
    /// With what a stream's header says where the picture says nothing.
    func filled(from parameters: AVCodecParameters, isFullRange isFormat: Bool) -> ColorDescription
    {
        func named(_ own: String, _ header: String) -> String { own == "unknown" ? header : own }
        return ColorDescription(
            primaries: named(primaries, ColorName.primaries(parameters.color_primaries)),
            transfer: named(transfer, ColorName.transfer(parameters.color_trc)),
            matrix: named(matrix, ColorName.matrix(parameters.color_space)),
            isFullRange: isFullRange || isFormat || parameters.color_range == AVCOL_RANGE_JPEG)
    }
}

extension Rational {
    /// Both parts of a shape of samples that the planner takes.
    private static let aspectMaximum: Int64 = 65_536

    /// A shape of samples as libav says it: square where it says nothing.
    init(coded aspect: AVRational) {
        self =
            aspect.num > 0 && aspect.den > 0
            ? Rational(Int64(aspect.num), Int64(aspect.den)).asAspect : .one
    }

    /// The nearest shape of samples whose parts the planner takes: some containers have exact ones of very large parts.
    var asAspect: Rational {
        let limit = Rational.aspectMaximum
        guard max(numerator, denominator) > limit else { return self }
        var parts = reelmill_rational(0, 1)
        _ = av_reduce(&parts.num, &parts.den, numerator, denominator, limit)
        if parts.num == 0 { return Rational(1, limit) }
        return parts.den == 0 ? Rational(limit) : Rational(Int64(parts.num), Int64(parts.den))
    }
}
