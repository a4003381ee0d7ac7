import TranscodeModel

/// The index of a source that nobody has: pictures of constant rate with a key frame each two seconds, and stereo.
struct SyntheticSource {
    var seconds: Int
    var width: Int
    var height: Int

    private static let framesPerSecond: Int64 = 30
    private static let ticks: Int64 = 1000
    private static let soundRate = 48_000

    var index: SourceIndex {
        let frames = Int64(seconds) * SyntheticSource.framesPerSecond
        let ticks = SyntheticSource.ticks
        var times = TickRuns()
        for frame in 0..<frames { times.append(frame * ticks) }
        let bytesOfSecond = Int64(width * height) / 4
        let points = stride(from: Int64(0), to: Int64(seconds), by: 2).map { second in
            let tick = second * SyntheticSource.framesPerSecond * ticks
            return RandomAccessPoint(pts: tick, dts: tick, bytePosition: second * bytesOfSecond)
        }
        let video = VideoTrack(
            streamIndex: 0, codec: "h264", pixelFormat: "yuv420p", bitDepth: 8, width: width,
            height: height, sampleAspect: Rational(1), orientation: .upright, color: .unknown,
            isInterlaced: false, timeBase: Rational(1, SyntheticSource.framesPerSecond * ticks),
            averageFrameRate: Rational(SyntheticSource.framesPerSecond), frameTimes: times,
            lastFrameDuration: ticks, randomAccessPoints: points)
        let sound = AudioTrack(
            streamIndex: 1, codec: "aac", sampleRate: SyntheticSource.soundRate, channels: 2,
            channelLayout: "stereo", language: "und", title: nil, isDefault: true,
            timeBase: Rational(1, Int64(SyntheticSource.soundRate)), startTicks: 0,
            endTicks: Int64(seconds * SyntheticSource.soundRate))
        return SourceIndex(
            container: "mov,mp4,m4a,3gp,3g2,mj2", byteCount: Int64(seconds) * bytesOfSecond,
            video: [video], audio: [sound], omitted: [], warnings: [])
    }
}
