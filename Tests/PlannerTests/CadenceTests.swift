import Foundation
import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("Source timestamps: every frame at its own time, every segment at an exact one")
struct CadenceTests {
    private static let profile: Profile = {
        var profile = PlannerFixture.profile
        profile.video?.timestamps = .source
        profile.video?.keyFrameIntervalSeconds = 2
        profile.video?.segmentDurationSeconds = 4
        return profile
    }()

    private func plan(_ track: VideoTrack, _ profile: Profile = profile) throws -> VideoPlan {
        let plan = try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source, profile: profile)
        return try #require(plan.video)
    }

    /// Steps from duplicates to pauses of more than a minute, in one of several units.
    private func randomTrack(_ generator: inout SplitMix64) -> VideoTrack {
        let timeBase = [
            Rational(1, 1000), Rational(1, 90_000), Rational(1, 100), Rational(1, 15_360),
            Rational(1001, 30_000), Rational(1, 2_000_000_000),
        ].randomElement(using: &generator)!
        var time = (Rational(Int64.random(in: -5...5, using: &generator)) / timeBase).floor
        var ticks = [time]
        for _ in 0..<Int.random(in: 3...700, using: &generator) {
            let milliseconds: Int64 =
                switch Int.random(in: 0..<100, using: &generator) {
                case 0: Int64.random(in: 0...70_000, using: &generator)
                case 1..<10: Int64.random(in: 0...4, using: &generator)
                default: Int64.random(in: 10...120, using: &generator)
                }
            time += (Rational(milliseconds, 1000) / timeBase).rounded
            ticks.append(time)
        }
        let last = (Rational(Int64.random(in: 0...9, using: &generator)) / timeBase).floor
        return PlannerFixture.track(
            ticks: ticks, timeBase: timeBase,
            keyFrameEvery: Int.random(in: 1...200, using: &generator), lastDuration: last)
    }

    @Test("against a model that is simple and slow", arguments: 0..<150)
    func model(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let track = randomTrack(&generator)
        let video = try plan(track)
        let grid = video.grid
        let cadence = try #require(grid.cadence)
        let ticks = track.frameTimes.expanded()
        let scale = Rational(Int64(grid.timescale))
        let isExact = track.timeBase.denominator <= 10_000_000
        let slack = isExact ? Rational.zero : Rational(1, 1_000_000)
        let times = ticks.map { Rational($0 - ticks[0]) * track.timeBase }
        #expect(grid.origin == Rational(ticks[0]) * track.timeBase)

        // Each output frame starts when a source frame does, and shows it, or else at a boundary.
        var shown: [Int] = []
        var repeats = 0
        for frame in 0..<grid.frames {
            let time = Rational(grid.ticks(of: frame)) / scale
            let due = try #require(times.lastIndex { $0 <= time })
            let deadline = grid.deadlineTicks(frame: frame, timeBase: track.timeBase)
            #expect(ticks.lastIndex { $0 < deadline } == due)
            if let last = shown.last, due == last {
                repeats += 1
                #expect(grid.ticks(of: frame) % cadence.segmentTicks == 0)
            } else {
                let isAtSource = time - times[due] <= slack
                #expect(isAtSource || grid.ticks(of: frame) % cadence.segmentTicks == 0)
            }
            shown.append(due)
        }
        #expect(shown == shown.sorted())

        // Nothing is lost but what comes sooner than the highest rate allows.
        let period = Rational(1, 60)
        let starts = cadence.starts.map { Rational($0) / scale }
        var kept = times[0]
        var place = 0
        for time in times {
            while place < starts.count, starts[place] < time { place += 1 }
            if place < starts.count, starts[place] - time <= slack {
                kept = time
            } else {
                #expect(time - kept < period)
            }
        }

        // The durations add up, and segments start at exact multiples, each with a key frame.
        let durations = (0..<grid.frames).map { grid.ticks(of: $0 + 1) - grid.ticks(of: $0) }
        #expect(durations.allSatisfy { $0 > 0 && $0 <= cadence.segmentTicks })
        #expect(Rational(durations.reduce(0, +)) / scale == grid.duration)
        #expect(cadence.segmentTicks == Int64(4 * grid.timescale))
        let groups = video.timing.groups(in: 0..<grid.frames)
        let groupTimes = Set(groups.map { grid.ticks(of: $0.lowerBound) })
        for boundary in stride(from: 0, to: cadence.end, by: Int(cadence.segmentTicks)) {
            #expect(groupTimes.contains(boundary))
        }
        let spans = (0..<grid.frames).map { grid.ticks(of: $0) / cadence.keyFrameTicks }
        let firsts = (0..<grid.frames).filter { $0 == 0 || spans[$0] != spans[$0 - 1] }
        #expect(groups.map(\.lowerBound) == firsts)
        #expect(groups.allSatisfy { $0.count <= video.keyFrameInterval })
        let tail =
            track.lastFrameDuration > 0
            ? Rational(track.lastFrameDuration) * track.timeBase : grid.rate.inverse
        let error = grid.duration - times[times.count - 1] - tail
        let half = grid.rate.inverse / Rational(2) + Rational(2) / scale
        #expect(error <= Rational(2) / scale && error >= .zero - half)
    }

    @Test(
        "chunks tile the frames on segment boundaries, and each can be decoded", arguments: 0..<60)
    func chunks(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let track = randomTrack(&generator)
        let video = try plan(track)
        let cadence = try #require(video.grid.cadence)
        #expect(video.chunks.first?.frames.lowerBound == 0)
        #expect(video.chunks.last?.frames.upperBound == video.grid.frames)
        for (left, right) in zip(video.chunks, video.chunks.dropFirst()) {
            #expect(left.frames.upperBound == right.frames.lowerBound)
            #expect(cadence.ticks(of: left.frames.upperBound) % cadence.segmentTicks == 0)
        }
        for chunk in video.chunks {
            // The part that a unit gets says the same of its frames as the whole.
            let part = try #require(video.grid(of: chunk).cadence)
            #expect(
                part.frames == chunk.frames
                    && part.firstGroup == cadence.groups(before: chunk.frames.lowerBound))
            for frame in chunk.frames {
                #expect(part.ticks(of: frame) == cadence.ticks(of: frame))
            }
            #expect(part.end == cadence.ticks(of: chunk.frames.upperBound))
            let deadline = video.grid.deadlineTicks(
                frame: chunk.frames.lowerBound, timeBase: track.timeBase)
            #expect(!chunk.frames.isEmpty && chunk.entryPoints.allSatisfy { $0.pts < deadline })
            if chunk.frames.lowerBound > 0 {
                let nearest = track.randomAccessPoints.last { $0.pts < deadline }
                #expect(chunk.entryPoints[0].pts == nearest?.pts)
            }
        }
    }

    @Test(
        "a constant rate has the same plan either way",
        arguments: [Rational(24000, 1001), Rational(25), Rational(120)])
    func constant(rate: Rational) throws {
        let timeBase = Rational(1, 1000)
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(rate, timeBase: timeBase, count: 900, first: 40),
            timeBase: timeBase, average: rate)
        var nominal = Self.profile
        nominal.video?.timestamps = .nominal
        let index = PlannerFixture.index([track], [PlannerFixture.audio(1, start: 0, end: 9000)])
        func planned(_ profile: Profile) throws -> Plan {
            try Planning.plan(index: index, source: PlannerFixture.source, profile: profile)
        }
        var (kept, even) = (try planned(Self.profile), try planned(nominal))
        #expect(kept.video?.grid.cadence == nil)
        kept.profile = nominal
        even.profile = nominal
        #expect(kept == even)
    }

    @Test("a screen that stands still for 40 s starts again at each segment, and costs no more")
    func standstill() throws {
        let moving = (0..<60).map { Int64($0) * 33 + Int64($0 % 3) }
        let track = PlannerFixture.track(
            ticks: moving + moving.map { $0 + 42_500 }, timeBase: Rational(1, 1000),
            lastDuration: 33)
        let video = try plan(track)
        // 120 of the source, and the boundaries from 4 s to 44 s: none is at a source frame.
        #expect(video.grid.frames == 120 + 11)
        let cadence = try #require(video.grid.cadence)
        let still = cadence.starts.filter { $0 > 20_000 && $0 < 425_000 }
        let boundaries = (1...10).map { Int64($0) * 40_000 }
        #expect(still == boundaries)
        #expect(video.grid.rate == Rational(30))
    }

    @Test("what comes faster than the highest rate is thinned to it, the same way every time")
    func thinning() throws {
        var generator = SplitMix64(seed: 7)
        var time: Int64 = 0
        let ticks = (0..<4000).map { _ in
            time += Int64.random(in: 1...12, using: &generator)
            return time
        }
        let track = PlannerFixture.track(ticks: ticks, timeBase: Rational(1, 1000))
        let video = try plan(track)
        let seconds = video.grid.duration.approximation
        #expect(Double(video.grid.frames) <= seconds * 60 + seconds / 4 + 2)
        #expect(Double(video.grid.frames) > seconds * 50)
        #expect(try plan(track) == video)
        // Sixty frames a second stay as they are, though their milliseconds are 16 and 17.
        var even = PlannerFixture.constantTicks(
            Rational(60), timeBase: Rational(1, 1000), count: 600)
        even.removeSubrange(100..<150)
        let whole = try plan(PlannerFixture.track(ticks: even, timeBase: Rational(1, 1000)))
        let cadence = try #require(whole.grid.cadence)
        let missing = even.filter { !cadence.starts.contains($0 * 10) }
        #expect(missing.isEmpty)
    }

    @Test("less than half a frame behind the last boundary is not worth a segment")
    func rest() throws {
        let ticks: [Int64] = [0, 40, 80, 120, 200, 240, 3960]
        func grid(_ last: Int64) throws -> FrameGrid {
            try plan(
                PlannerFixture.track(
                    ticks: ticks, timeBase: Rational(1, 1000), lastDuration: last)
            ).grid
        }
        #expect(try grid(41).duration == Rational(4))
        #expect(try grid(41).frames == 7)
        #expect(try grid(40).duration == Rational(4))
        #expect(try grid(100).duration == Rational(4060, 1000))
        #expect(try grid(100).frames == 8)
    }

    @Test("a last frame of years is refused, not filled with segments")
    func absurd() throws {
        let track = PlannerFixture.track(
            ticks: [0, 40, 90, 400], timeBase: Rational(1, 1000),
            lastDuration: 2_000_000_000_000)
        let failure = #expect(throws: Failure.self) { try plan(track) }
        #expect(failure?.code == .overLimit)
    }

    @Test("the times of a long film stay short when written, and come back the same")
    func coding() throws {
        let even = (0..<40_000).map { Int64($0) * 3000 }
        let ticks = even.filter { $0 % 1_000_000 != 0 }
        let video = try plan(
            PlannerFixture.track(
                ticks: ticks, timeBase: Rational(1, 90_000), keyFrameEvery: 250))
        let data = try JSONEncoder().encode(video.grid)
        #expect(data.count < 5000)
        #expect(try JSONDecoder().decode(FrameGrid.self, from: data) == video.grid)
    }
}
