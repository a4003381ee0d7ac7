import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("Where a film is cut: on the grid, by source and encoder alone")
struct BoundaryTests {
    private static func track(
        seconds: Int, keyFrameEvery: Int, width: Int = 1280, height: Int = 720
    ) -> VideoTrack {
        PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: seconds * 25),
            timeBase: Rational(1, 1000), width: width, height: height, keyFrameEvery: keyFrameEvery)
    }

    private static func plan(
        _ track: VideoTrack, _ profile: Profile = PlannerFixture.profile,
        _ context: PlanningContext = PlanningContext()
    ) throws -> Plan {
        try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source, profile: profile,
            context: context)
    }

    private static func factors(_ generator: inout SplitMix64) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: ["decode/h264", "scale", "encode/h264/medium", "start"].map {
                ($0, Double.random(in: 0.1...9, using: &generator))
            })
    }

    @Test(
        "a slide show with a segment for each picture is cut to its end, early play or not",
        arguments: [false, true])
    func slideShow(early: Bool) throws {
        var profile = PlannerFixture.profile
        profile.video?.keyFrameIntervalSeconds = 2
        profile.video?.segmentDurationSeconds = 2
        profile.publish = early ? PublishSettings(early: true) : nil
        for (count, seconds) in [(60, 2), (61, 2), (50, 4), (37, 5), (40, 10)] as [(Int, Int64)] {
            let track = PlannerFixture.track(
                ticks: (0..<count).map { Int64($0) * seconds * 1000 },
                timeBase: Rational(1, 1000), width: 1920, height: 1080, keyFrameEvery: 1)
            let video = try #require(try Self.plan(track, profile).video)
            #expect(video.chunks.map(\.frames.lowerBound).first == 0)
            #expect(video.chunks.last?.frames.upperBound == video.grid.frames)
            #expect(video.chunks.allSatisfy { !$0.frames.isEmpty })
        }
    }

    @Test(
        "each of the first chunks has a preview, later ones fewer and fewer, and the last one always"
    )
    func previewsOfLongFilms() {
        for count in [1, 2, 64, 65, 100, 1000, 5000] {
            let shown = (0..<count).filter { EarlyRule.isShown($0, of: count) }
            #expect(shown.last == count - 1)
            #expect(Array(shown.prefix(64)) == Array(0..<min(count, 64)))
            #expect(shown.count <= 64 + 40)
        }
    }

    @Test(
        "neither workers nor what was learned nor a rung more moves a boundary; the work is grouped and estimated anew",
        arguments: 0..<40)
    func independent(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let track = Self.track(
            seconds: Int.random(in: 1...900, using: &generator),
            keyFrameEvery: Int.random(in: 1...900, using: &generator),
            width: Int.random(in: 160...1920, using: &generator),
            height: Int.random(in: 90...1080, using: &generator))
        let plain = try Self.plan(track)
        let wide = try Self.plan(
            track, PlannerFixture.profile,
            PlanningContext(workers: 64, factors: Self.factors(&generator)))
        #expect(plain.video == wide.video)
        #expect(plain.audio == wide.audio && plain.images == wide.images)
        var (left, right) = (plain, wide)
        (left.units, right.units) = ([], [])
        (left.costs, right.costs) = (nil, nil)
        #expect(left == right)
        // Whatever the grouping, the tracks are stitched from the same chunks of the same rungs.
        #expect(Self.made(plain) == Self.made(wide))
        var taller = PlannerFixture.profile
        taller.video?.ladder.append(Rung(lines: 90, averageKilobitsPerSecond: 100))
        let more = try Self.plan(track, taller)
        #expect(more.video?.chunks == plain.video?.chunks)
        #expect(more.video?.renditions.count != plain.video?.renditions.count)
    }

    private static func made(_ plan: Plan) -> Set<String> {
        var made: Set<String> = []
        for unit in plan.units {
            guard case .encode(let chunk, let names) = unit.work else { continue }
            for name in names { made.insert("\(chunk) \(name)") }
        }
        return made
    }

    @Test("grouping and estimates do follow workers and costs")
    func follows() throws {
        let track = Self.track(seconds: 30, keyFrameEvery: 50)
        let plain = try Self.plan(track)
        let wide = try Self.plan(
            track, PlannerFixture.profile, PlanningContext(workers: 8))
        let dear = try Self.plan(
            track, PlannerFixture.profile, PlanningContext(factors: ["encode/h264/medium": 2]))
        func encodes(_ plan: Plan) -> [PlannedUnit] {
            plan.units.filter { $0.work.kind == .encode }
        }
        #expect(encodes(wide).count > encodes(plain).count)
        for (cheap, dear) in zip(encodes(plain), encodes(dear)) {
            #expect(dear.estimate.cpuSeconds > 1.5 * cheap.estimate.cpuSeconds)
            #expect(dear.estimate.cpuSeconds < 2 * cheap.estimate.cpuSeconds)
            #expect(dear.content == cheap.content)
        }
    }

    @Test("chunks are of 8 to 20 seconds, but for the last", arguments: 0..<60)
    func lengths(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let seconds = Int.random(in: 30...2000, using: &generator)
        let track = Self.track(
            seconds: seconds, keyFrameEvery: Int.random(in: 10...200, using: &generator))
        let video = try #require(try Self.plan(track).video)
        for chunk in video.chunks.dropLast() {
            #expect((8 * 25...20 * 25).contains(chunk.frames.count))
            #expect(chunk.frames.upperBound % 150 == 0)
        }
        let last = try #require(video.chunks.last)
        #expect((8 * 25...21 * 25).contains(last.frames.count))
    }

    @Test("a boundary moves to a key frame that is worth it, and not to one that is not")
    func keyFrames() throws {
        // Where the source's own encoder cut: every 18 seconds, or 12 but for a few frames.
        let far = try #require(try Self.plan(Self.track(seconds: 180, keyFrameEvery: 450)).video)
        #expect(
            far.chunks.map(\.frames.lowerBound) == stride(from: 0, to: 4500, by: 450).map { $0 })
        let near = try #require(try Self.plan(Self.track(seconds: 180, keyFrameEvery: 10)).video)
        #expect(
            near.chunks.map(\.frames.lowerBound) == stride(from: 0, to: 4500, by: 300).map { $0 })
    }

    @Test(
        "what is worth no second process is not cut", arguments: [(40, 320, 180), (15, 1280, 720)])
    func short(seconds: Int, width: Int, height: Int) throws {
        let track = Self.track(seconds: seconds, keyFrameEvery: 50, width: width, height: height)
        #expect(try Self.plan(track).video?.chunks.count == 1)
    }

    @Test("a profile that asks for short chunks gets them")
    func asked() throws {
        var profile = PlannerFixture.profile
        profile.video?.segmentDurationSeconds = 2
        profile.video?.chunkDurationSeconds = 2
        let track = Self.track(seconds: 20, keyFrameEvery: 50, width: 160, height: 90)
        let video = try #require(try Self.plan(track, profile).video)
        #expect(video.chunks.map(\.frames.count) == Array(repeating: 50, count: 10))
    }

    @Test("the choice is the cheapest of all, by trying them all", arguments: 0..<60)
    func cheapest(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let count = Int.random(in: 1...9, using: &generator)
        let choice = BoundaryChoice(
            length: Double(count) * 6 - Double.random(in: 0...2.9, using: &generator), segment: 6,
            aim: 12, shortest: 8, longest: 20,
            startCost: Double.random(in: 0...1, using: &generator),
            decodeShare: Double.random(in: 0...0.5, using: &generator),
            preRolls: [0]
                + (1..<count).map { _ in
                    Bool.random(using: &generator)
                        ? 0 : Double.random(in: 0...15, using: &generator)
                })
        let every = (0..<1 << (count - 1)).map { bits in
            (1..<count).filter { bits >> ($0 - 1) & 1 == 1 }
        }
        let best = every.compactMap { choice.cost(of: $0) }.min()
        #expect(choice.cost(of: choice.starts()) == best)
    }

    @Test("two hours are cut and grouped in less work than its square")
    func scales() throws {
        // Linear in the length: four times the film has four times the chunks, and each the same.
        let short = try #require(try Self.plan(Self.track(seconds: 1800, keyFrameEvery: 250)).video)
        let long = try #require(try Self.plan(Self.track(seconds: 7200, keyFrameEvery: 250)).video)
        #expect(abs(long.chunks.count - 4 * short.chunks.count) <= 4)
    }
}
