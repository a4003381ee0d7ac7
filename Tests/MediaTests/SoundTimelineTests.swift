import SeededRandom
import Testing
import TranscodeModel

@testable import Media

/// Every sample of a track lands where its time says, once, within the tolerance.
struct SoundTimelineTests {
    /// One sample at a time: the simplest thing that does the same.
    private struct Model {
        var output: [Int] = []
        var running: Int?
        let limit: Int
        let tolerance: Int
        let jitter: Int
        /// Blocks since the last one within the tolerance, by their distance and length.
        var strays: [(distance: Int, count: Int)] = []

        /// Sample n of block b is written as a number of its own; silence is -1.
        mutating func add(block: Int, start stated: Int?, count: Int) {
            var start = stated ?? running ?? 0
            if let running, stated != nil {
                let distance = start - running
                if let last = strays.last, (last.distance > 0) != (distance > 0) { strays = [] }
                strays.append((distance, count))
                let lasts = strays.reduce(0) { $0 + $1.count } >= 500
                if abs(distance) <= tolerance {
                    strays = []
                    start = running
                } else if abs(distance) <= jitter, !lasts {
                    start = running
                } else {
                    strays = []
                }
            }
            running = start + count
            for index in 0..<count where start + index >= output.count {
                while output.count < start + index { output.append(-1) }
                output.append(block * 1000 + index)
            }
            output = Array(output.prefix(limit))
        }
    }

    @Test(arguments: 0..<200)
    func agreesWithTheModel(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let limit = Int.random(in: 0...400, using: &random)
        // A thousand samples a second and times in milliseconds: 15 samples of tolerance.
        var timeline = SoundTimeline(
            rate: 1000, origin: Rational(5), timeBase: Rational(1, 1000), limit: Int64(limit))
        var model = Model(limit: limit, tolerance: 15, jitter: 35)
        var output: [Int] = []
        var next = Int.random(in: -60...60, using: &random)
        for block in 0..<24 {
            let count = Int.random(in: 1...50, using: &random)
            let moves = Int.random(in: 0..<4, using: &random) == 0
            next += Int.random(in: moves ? -90...90 : -12...12, using: &random)
            let hasTime = Int.random(in: 0..<5, using: &random) > 0
            let place = timeline.place(ticks: hasTime ? Int64(next + 5000) : nil, count: count)
            output += Array(repeating: -1, count: Int(place.silence))
            output += (0..<place.kept).map { block * 1000 + place.dropped + $0 }
            model.add(block: block, start: hasTime ? next : nil, count: count)
            next += count
        }
        #expect(output == model.output)
        #expect(timeline.placed == Int64(output.count))
        #expect(timeline.isComplete == (output.count == limit))
    }

    @Test func roundedTimesNeverClick() {
        // Blocks of 1024 samples at 44.1 kHz, their times rounded to milliseconds, for an hour.
        var timeline = SoundTimeline(
            rate: 44_100, origin: .zero, timeBase: Rational(1, 1000), limit: .max)
        for block in 0..<155_000 {
            let exact = Rational(Int64(block) * 1024 * 1000, 44_100)
            let place = timeline.place(ticks: exact.rounded, count: 1024)
            #expect(place == .init(silence: 0, dropped: 0, kept: 1024))
        }
    }

    @Test func packetsThatAreOneFrameOffForAMomentCutNothing() {
        // One in three says the time of the frame after it.
        var timeline = SoundTimeline(
            rate: 44_100, origin: .zero, timeBase: Rational(1, 44_100), limit: .max)
        for block in 0..<500 {
            let place = timeline.place(
                ticks: Int64(1024 * (block % 3 == 1 ? block + 1 : block)), count: 1024)
            #expect(place == .init(silence: 0, dropped: 0, kept: 1024))
        }
    }

    @Test func aFrameThatIsMissingIsMissedAfterHalfASecondOrAtOnceAfterDamage() {
        for followsDamage in [false, true] {
            var timeline = SoundTimeline(
                rate: 48_000, origin: .zero, timeBase: Rational(1, 48_000), limit: .max)
            var silences: [Int64] = []
            for block in 0..<40 where block != 5 {
                let place = timeline.place(
                    ticks: Int64(1024 * block), count: 1024,
                    followsDamage: followsDamage && block == 6)
                silences.append(place.silence)
            }
            // Block 6 is the sixth that is placed; 24,000 samples are reached with the 24th that is off.
            #expect(silences.firstIndex { $0 > 0 } == (followsDamage ? 5 : 28))
            #expect(silences.reduce(0, +) == 1024)
        }
    }

    @Test func tracksStartToTheSample() {
        let base = Rational(1, 90_000)
        // Half a second before the origin and 1/90000 s after it.
        var early = SoundTimeline(rate: 48_000, origin: .one, timeBase: base, limit: 100_000)
        #expect(
            early.place(ticks: 45_000, count: 30_000)
                == .init(silence: 0, dropped: 24_000, kept: 6000))
        var late = SoundTimeline(rate: 48_000, origin: .one, timeBase: base, limit: 100_000)
        #expect(
            late.place(ticks: 90_001, count: 100) == .init(silence: 1, dropped: 0, kept: 100))
    }

    @Test(arguments: [Int64.min + 1, -1 << 60, 1 << 60, Int64.max])
    func impossibleTimesAreNoTimes(ticks: Int64) {
        var timeline = SoundTimeline(
            rate: 48_000, origin: Rational(1, 90_000), timeBase: .one, limit: 1000)
        #expect(
            timeline.place(ticks: ticks, count: 10) == .init(silence: 0, dropped: 0, kept: 10))
    }
}
