import CLibAV
import WorkerProtocol

/// Answers the `describe` verb.
enum LibraryCensus {
    private static let encoders = ["libx264", "libx265", "libsvtav1", "aac", "libopus", "mjpeg"]

    static func describe() -> WorkerDescription {
        let versions = [
            "libavcodec": avcodec_version(), "libavformat": avformat_version(),
            "libavfilter": avfilter_version(), "libavutil": avutil_version(),
            "libswscale": swscale_version(), "libswresample": swresample_version(),
        ]
        return WorkerDescription(
            libraries: versions.mapValues { "\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)" },
            encoders: Dictionary(
                uniqueKeysWithValues: encoders.map {
                    ($0, avcodec_find_encoder_by_name($0) != nil)
                }))
    }
}
