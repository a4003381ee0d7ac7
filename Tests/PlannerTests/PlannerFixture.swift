import ContentDigest
import TranscodeModel

enum PlannerFixture {
    static let profile = Profile(
        name: "test", summary: "",
        video: VideoSettings(
            codec: .h264, preset: "medium", quality: 23,
            ladder: [
                Rung(lines: 1080, averageKilobitsPerSecond: 6000),
                Rung(lines: 720, averageKilobitsPerSecond: 3000),
                Rung(lines: 360, averageKilobitsPerSecond: 730),
            ], frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 2,
            segmentDurationSeconds: 6, chunkDurationSeconds: 12, parameters: [:]),
        audio: AudioSettings(codec: .aac, kilobitsPerSecond: 128, tracksMaximum: 2),
        images: ImageSettings(
            posterLines: 720, thumbnailIntervalSeconds: 10, thumbnailWidth: 160, columns: 10,
            rows: 10), packaging: .cmaf)

    static let source = Digest.sha256("source")

    static func track(
        ticks: [Int64], timeBase: Rational, average: Rational? = nil, width: Int = 1280,
        height: Int = 720, aspect: Rational = .one, orientation: Orientation = .upright,
        keyFrameEvery: Int = 50, lastDuration: Int64 = 0, interlaced: Bool = false
    ) -> VideoTrack {
        VideoTrack(
            streamIndex: 0, codec: "h264", pixelFormat: "yuv420p", bitDepth: 8, width: width,
            height: height, sampleAspect: aspect, orientation: orientation,
            color: ColorDescription(
                primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false),
            isInterlaced: interlaced, timeBase: timeBase, averageFrameRate: average,
            frameTimes: TickRuns(ticks), lastFrameDuration: lastDuration,
            randomAccessPoints: stride(from: 0, to: ticks.count, by: keyFrameEvery).map {
                RandomAccessPoint(pts: ticks[$0], dts: ticks[$0], bytePosition: Int64($0))
            })
    }

    static func audio(
        _ stream: Int, start: Int64, end: Int64, isDefault: Bool = false, rate: Int = 48_000
    ) -> AudioTrack {
        AudioTrack(
            streamIndex: stream, codec: "aac", sampleRate: rate, channels: 2,
            channelLayout: "stereo", language: "und", title: nil, isDefault: isDefault,
            timeBase: Rational(1, 1000), startTicks: start, endTicks: end)
    }

    static func index(_ video: [VideoTrack], _ audio: [AudioTrack] = []) -> SourceIndex {
        SourceIndex(
            container: "mov", byteCount: 1, video: video, audio: audio, omitted: [], warnings: [])
    }

    /// Times of a constant rate, rounded to the ticks of a container.
    static func constantTicks(_ rate: Rational, timeBase: Rational, count: Int, first: Int64 = 0)
        -> [Int64]
    {
        (0..<count).map { first + (Rational(Int64($0)) / rate / timeBase).rounded }
    }
}
