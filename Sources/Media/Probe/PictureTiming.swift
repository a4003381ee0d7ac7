import TranscodeModel

/// When the pictures of a stream are shown, from what was gathered of its packets.
struct PictureTiming {
    let timeBase: Rational
    let frameTimes: TickRuns
    let lastFrameDuration: Int64
    let randomAccessPoints: [RandomAccessPoint]
    /// Whether the file gives no times, so that pictures are counted.
    let isCounted: Bool
    /// Pictures before the first that can be decoded: they refer to others that the file does not have.
    let dropped: Int
    /// Nil where there are no times, or too far apart to be told by spans.
    let density: PacketDensity?

    /// `rate` is that of a stream without times.
    init(_ record: StreamSurvey.Record, first: StreamTrial.FirstFrame, rate: Rational) {
        guard !record.times.isEmpty else {
            timeBase = rate.inverse
            frameTimes = TickRuns((0..<Int64(record.shown)).lazy.map { $0 })
            lastFrameDuration = 1
            randomAccessPoints = []
            isCounted = true
            dropped = 0
            density = nil
            return
        }
        // Packets of one time are one frame.
        var times: [Int64] = []
        for time in record.times.sorted() where time != times.last { times.append(time) }
        let early = PictureTiming.early(times, record, first)
        dropped = early
        let start = times[early]
        timeBase = record.timeBase
        frameTimes = TickRuns(times[early...])
        lastFrameDuration = record.lastDuration
        randomAccessPoints = PictureTiming.points(record, from: start)
        isCounted = false
        density = PictureTiming.density(record, from: start, to: times[times.count - 1])
    }

    /// By spans of two seconds.
    private static func density(
        _ record: StreamSurvey.Record, from start: Int64, to end: Int64
    ) -> PacketDensity? {
        let span = max(1, (Rational(2) / record.timeBase).rounded)
        let (length, overflow) = end.subtractingReportingOverflow(start)
        guard !overflow, length / span < Int64(PacketDensity.spansMaximum) else { return nil }
        var bytes = [Int64](repeating: 0, count: Int(length / span) + 1)
        for (time, size) in zip(record.times, record.sizes) where time >= start {
            bytes[Int((time - start) / span)] += Int64(max(size, 0))
        }
        return PacketDensity(spanTicks: span, bytes: bytes)
    }

    /// In the order of their times; of packets of one time, which are one frame, the first in the file.
    private static func points(
        _ record: StreamSurvey.Record, from start: Int64
    ) -> [RandomAccessPoint] {
        var points: [RandomAccessPoint] = []
        let order = record.points.indices.sorted {
            (record.points[$0].pts, $0) < (record.points[$1].pts, $1)
        }
        for index in order where record.points[index].pts >= start {
            if points.last?.pts != record.points[index].pts { points.append(record.points[index]) }
        }
        return points
    }

    /// How many of the times are before the first picture that was decoded.
    private static func early(
        _ times: [Int64], _ record: StreamSurvey.Record, _ first: StreamTrial.FirstFrame
    ) -> Int {
        // Guessed times say nothing of what was decoded.
        guard record.hasPresentationTimes, let time = first.time else { return 0 }
        return times.firstIndex(of: time) ?? 0
    }
}
