import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("Hostile indexes: what a worker says is planned or refused, and never ends the node (I12)")
struct HostileIndexTests {
    private func plan(
        _ video: [VideoTrack], _ audio: [AudioTrack], _ timestamps: FrameTimestamps = .nominal
    ) throws -> Plan {
        var profile = PlannerFixture.profile
        profile.video?.timestamps = timestamps
        return try Planning.plan(
            index: PlannerFixture.index(video, audio), source: PlannerFixture.source,
            profile: profile)
    }

    @Test(
        "times that no film has are refused, not computed with",
        arguments: [[0, Int64.max], [Int64.min + 1, 0], [1 << 60, 1 << 61]])
    func times(ticks: [Int64]) {
        let track = PlannerFixture.track(ticks: ticks, timeBase: Rational(1, 1000))
        let failure = #expect(throws: Failure.self) { try plan([track], []) }
        #expect(failure?.code == .brokenTimestamps)
        #expect(failure?.category == .permanent)
    }

    @Test("many frames in no time at all are brought down to a rate that players know")
    func dense() throws {
        let track = PlannerFixture.track(
            ticks: (0..<5000).map { Int64($0) / 3 }, timeBase: Rational(1, 2_000_000_000),
            average: Rational(1, 2_000_000_000))
        let grid = try #require(try plan([track], []).video?.grid)
        #expect(grid.rate <= Rational(60) && grid.frames == 1)
    }

    @Test("sizes and key frames outside of what the times allow are refused")
    func fields() {
        let good = PlannerFixture.track(ticks: [0, 40, 80, 120], timeBase: Rational(1, 1000))
        var broken: [VideoTrack] = []
        for change: (inout VideoTrack) -> Void in [
            { $0.width = Int.max }, { $0.height = 0 }, { $0.width = -5 },
            { $0.sampleAspect = Rational(Int64.max, 3) }, { $0.sampleAspect = Rational(-1, 2) },
            { $0.timeBase = Rational(Int64.max) }, { $0.timeBase = .zero },
            { $0.lastFrameDuration = Int64.max },
            { $0.averageFrameRate = Rational(Int64.max, 7) },
            { $0.orientation.clockwiseDegrees = 45 },
            { $0.randomAccessPoints[0].pts = Int64.min },
            { $0.randomAccessPoints = Array(repeating: $0.randomAccessPoints[0], count: 9) },
        ] {
            var track = good
            change(&track)
            broken.append(track)
        }
        for track in broken {
            let failure = #expect(throws: Failure.self) { try plan([track], []) }
            #expect(failure?.code == .brokenTimestamps)
        }
    }

    @Test("texts that no probe of ours tells are refused")
    func texts() {
        let picture = PlannerFixture.track(ticks: [0, 40, 80, 120], timeBase: Rational(1, 1000))
        let sound = PlannerFixture.audio(1, start: 0, end: 160)
        let good = PlannerFixture.index([picture], [sound])
        let long = String(repeating: "x", count: 100_000)
        let changes: [(inout SourceIndex) -> Void] = [
            { $0.audio[0].title = long }, { $0.audio[0].title = "a\u{1B}[2J" },
            { $0.audio[0].language = String(repeating: "a", count: 36) },
            { $0.audio[0].language = "en\n" }, { $0.audio[0].codec = long },
            { $0.audio[0].channelLayout = long }, { $0.video[0].codec = long },
            { $0.container = long }, { $0.warnings = [long] },
            { $0.warnings = Array(repeating: "w", count: 100_000) },
            {
                $0.omitted = [
                    OmittedStream(streamIndex: 2, kind: "data", codec: "none", reason: long)
                ]
            },
        ]
        for change in changes {
            var index = good
            change(&index)
            let failure = #expect(throws: Failure.self) {
                try Planning.plan(
                    index: index, source: PlannerFixture.source, profile: PlannerFixture.profile)
            }
            #expect(failure?.code == .brokenTimestamps)
        }
        #expect(throws: Never.self) {
            try Planning.plan(
                index: good, source: PlannerFixture.source, profile: PlannerFixture.profile)
        }
    }

    @Test("a list of damage is bounded, and its counts can be added up")
    func damage() throws {
        let picture = PlannerFixture.track(ticks: [0, 40, 80, 120], timeBase: Rational(1, 1000))
        func plan(_ damage: [Damage]) throws -> Plan {
            var index = PlannerFixture.index([picture])
            index.damage = damage
            return try Planning.plan(
                index: index, source: PlannerFixture.source, profile: PlannerFixture.profile)
        }
        func damage(_ count: Int) -> Damage {
            Damage(kind: .corruptPackets, streamIndex: 0, count: count)
        }
        let most = Array(repeating: damage(3), count: Damage.entriesMaximum)
        #expect(try plan(most).damage == most)
        for wrong in [most + [damage(1)], [damage(-1)], [damage(.max)]] {
            #expect(throws: Failure.self) { try plan(wrong) }
        }
    }

    /// Clocks so fine that a fraction of a tick, in a unit of the rate as well, would not fit 64 bits.
    private static let fineClocks = [
        Rational(1, 2_147_483_647), Rational(1, 2_147_483_629), Rational(1048_573, 2_147_483_629),
        Rational(1, 1_999_999_973),
    ]

    @Test(
        "sound that starts before pictures with a fine clock is planned, or said to be too far",
        arguments: fineClocks, FrameTimestamps.allCases)
    func fineClock(timeBase: Rational, timestamps: FrameTimestamps) {
        for (rate, seconds, isVariable) in [
            (Rational(30_000, 1001), Int64(1), false), (Rational(24_000, 1001), 500, false),
            (Rational(60_000, 1001), 1_000_000, false), (Rational(1001, 997), 3, true),
            (Rational(30_000, 1001), 2_500_000, true), (Rational(1999, 1001), 20_000, true),
        ] {
            var ticks = PlannerFixture.constantTicks(rate, timeBase: timeBase, count: 40)
            if isVariable { for place in 20..<40 { ticks[place] += ticks[7] } }
            let track = PlannerFixture.track(ticks: ticks, timeBase: timeBase, average: rate)
            let sound = PlannerFixture.audio(1, start: -seconds * 1000 - 17, end: 9_000)
            do {
                let grid = try #require(try plan([track], [sound], timestamps).video?.grid)
                let first = grid.origin / timeBase
                #expect(first.denominator == 1, "the grid starts at a whole tick")
                #expect(grid.origin < Rational(1 - seconds))
                #expect(grid.duration + grid.origin > Rational(8))
            } catch let failure as Failure {
                #expect(failure.category == .permanent)
                #expect(failure.code == .overLimit)
                #expect(seconds > 1000 || failure.message.contains("frames"))
            } catch {
                Issue.record("not a failure of ours: \(error)")
            }
        }
    }

    @Test("sound further from pictures with a fine clock than their ticks reach is over the limit")
    func outOfReach() {
        let timeBase = Rational(1, 2_000_000_000)
        let ticks = PlannerFixture.constantTicks(Rational(2), timeBase: timeBase, count: 40)
        for timestamps in FrameTimestamps.allCases {
            var irregular = ticks
            if timestamps == .source { irregular[39] += 700_000_000 }
            let track = PlannerFixture.track(
                ticks: irregular, timeBase: timeBase, average: Rational(2))
            let sound = PlannerFixture.audio(1, start: -2_000_000_000, end: 9_000)
            let failure = #expect(throws: Failure.self) { try plan([track], [sound], timestamps) }
            #expect(failure?.code == .overLimit && failure?.category == .permanent)
            #expect(failure?.message.contains("further from its pictures") == true)
        }
    }

    /// Numbers of every size, with a liking for the edges.
    private func number(_ generator: inout SplitMix64) -> Int64 {
        let bits = Int.random(in: 0...63, using: &generator)
        let value = Int64(
            bitPattern: generator.next() >> UInt64(63 - bits + 1 - (bits > 0 ? 1 : 0)))
        return Bool.random(using: &generator) && value > Int64.min ? -value : value
    }

    private func rational(_ generator: inout SplitMix64) -> Rational {
        let common = [Rational(1, 1000), Rational(1, 90_000), Rational(1, 1_000_000_000)]
        if Bool.random(using: &generator) { return common.randomElement(using: &generator)! }
        return Rational(exactly: number(&generator), number(&generator)) ?? .one
    }

    @Test(
        "any numbers at all: a plan or a permanent failure", arguments: 0..<16,
        FrameTimestamps.allCases)
    func anything(seed: UInt64, timestamps: FrameTimestamps) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<8 {
            var ticks = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                number(&generator)
            }
            ticks.sort()
            // An index codes steps, so their sums fit.
            guard ticks[0] > -(1 << 61), ticks[ticks.count - 1] < 1 << 61 else { continue }
            var track = PlannerFixture.track(
                ticks: ticks, timeBase: rational(&generator),
                average: Bool.random(using: &generator) ? rational(&generator) : nil,
                width: Int(number(&generator) % 5000), height: Int(number(&generator) % 5000),
                keyFrameEvery: 3, lastDuration: number(&generator))
            if Bool.random(using: &generator) { track.sampleAspect = rational(&generator) }
            let sound = AudioTrack(
                streamIndex: 1, codec: "aac", sampleRate: Int(number(&generator) % 100_000),
                channels: Int(number(&generator)), channelLayout: "", language: "und", title: nil,
                isDefault: false, timeBase: rational(&generator), startTicks: number(&generator),
                endTicks: number(&generator))
            do {
                let plan = try plan(
                    [track], Bool.random(using: &generator) ? [sound] : [], timestamps)
                #expect(plan.video?.chunks.isEmpty == false)
            } catch let failure as Failure {
                #expect(failure.category == .permanent)
            } catch {
                Issue.record("not a failure of ours: \(error)")
            }
        }
    }
}
