import CLibAV
import TranscodeModel

extension LightMetadata {
    /// Gives a muxer's stream what becomes the boxes `mdcv` and `clli`.
    func attach(to stream: UnsafeMutablePointer<AVStream>) throws(Failure) {
        let doing = "Describing the light of a track"
        if let mastering {
            var value = AVMasteringDisplayMetadata()
            func point(_ point: MasteringDisplay.Chromaticity) -> (AVRational, AVRational) {
                (
                    reelmill_rational(Int32(point.x), 50_000),
                    reelmill_rational(Int32(point.y), 50_000)
                )
            }
            value.display_primaries = (
                point(mastering.red), point(mastering.green), point(mastering.blue)
            )
            value.white_point = point(mastering.white)
            value.max_luminance = reelmill_rational(Int32(mastering.luminanceMaximum), 10_000)
            value.min_luminance = reelmill_rational(Int32(mastering.luminanceMinimum), 10_000)
            value.has_primaries = 1
            value.has_luminance = 1
            try LightMetadata.copy(
                value, to: stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, doing)
        }
        if let content {
            try LightMetadata.copy(
                AVContentLightMetadata(
                    MaxCLL: UInt32(content.maximum), MaxFALL: UInt32(content.averageMaximum)),
                to: stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, doing)
        }
    }

    private static func copy<Value>(
        _ value: Value, to stream: UnsafeMutablePointer<AVStream>, _ kind: AVPacketSideDataType,
        _ doing: String
    ) throws(Failure) {
        let size = MemoryLayout<Value>.size
        let data = try requireAllocated(av_stream_new_side_data(stream, kind, size), doing)
        withUnsafeBytes(of: value) { bytes in
            UnsafeMutableRawPointer(data).copyMemory(
                from: bytes.baseAddress!, byteCount: bytes.count)
        }
    }
}
