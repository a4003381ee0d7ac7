import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

/// What is made is not made again: a plan takes over units of earlier plans where they make some of what it wants.
struct ReuseTests {
    private static let track = PlannerFixture.track(
        ticks: PlannerFixture.constantTicks(
            Rational(25), timeBase: Rational(1, 1000), count: 2000), timeBase: Rational(1, 1000))

    private func plan(
        _ ladder: [(Int, Int)], _ earlier: EarlierWork = EarlierWork(),
        track: VideoTrack = Self.track, source: Digest = PlannerFixture.source
    ) throws -> Plan {
        var profile = PlannerFixture.profile
        profile.video?.ladder = ladder.map {
            Rung(lines: $0.0, averageKilobitsPerSecond: $0.1)
        }
        let sound = PlannerFixture.audio(1, start: 0, end: 80_000)
        return try Planning.plan(
            index: PlannerFixture.index([track], [sound]), source: source, profile: profile,
            earlier: earlier)
    }

    private func all(_ plans: Plan...) -> EarlierWork {
        var work = EarlierWork()
        for plan in plans { work.add(plan, done: Set(plan.units.map(\.position))) }
        return work
    }

    private func content(_ plan: Plan, _ work: Work) -> Digest? {
        plan.units.first { $0.work == work }?.content
    }

    /// Every chunk of every rendition is delivered by one unit, which makes it just as the plan wants it.
    private func expectWhole(_ plan: Plan) throws {
        let video = try #require(plan.video)
        for rendition in video.renditions {
            let stitch = try #require(
                plan.units.first { $0.work == .stitch(rendition: rendition.name) })
            var chunks: [Int] = []
            for position in stitch.dependencies {
                guard case .encode(let chunk, let names) = plan.units[position - 1].work else {
                    Issue.record("a stitch of pictures waits for \(position)")
                    continue
                }
                let made = video.renditions(ofUnit: position, named: names)
                #expect(made.map(\.name) == names)
                #expect(made.contains(rendition))
                chunks.append(chunk)
            }
            #expect(chunks == Array(video.chunks.indices))
        }
    }

    @Test func aChangedAndAnAddedRungAreTheOnlyNewWork() throws {
        let first = try plan([(720, 3000), (360, 730), (234, 145)])
        let second = try plan([(720, 3000), (540, 2000), (360, 800), (234, 145)], all(first))
        try expectWhole(second)
        let video = try #require(second.video)
        let old = Set(first.units.map(\.content))
        for unit in second.units {
            switch unit.work {
            case .encode(_, let names):
                #expect(old.contains(unit.content) == (names == ["v720", "v360", "v234"]))
                #expect(old.contains(unit.content) || names == ["v540", "v360"])
            case .stitch(let name):
                #expect(old.contains(unit.content) == ["v720", "v234", "a1"].contains(name))
            case .audio, .images: #expect(old.contains(unit.content))
            case .text, .preview, .package, .verify, .publish: #expect(!old.contains(unit.content))
            }
        }
        // Two encodes a chunk; three stitches, one of them of sound; sound and images.
        #expect(second.unitsMade == video.chunks.count + 3 + 2)
        let taken = try #require(video.taken)
        #expect(taken.count == 1)
        #expect(taken[0].renditions == first.video?.renditions)
        #expect(taken[0].units.count == video.chunks.count)
    }

    @Test func withoutAnythingMadeThePlanIsTheUsualOne() throws {
        let ladder = [(720, 3000), (360, 730)]
        let usual = try plan(ladder)
        #expect(usual.video?.taken == nil && usual.unitsMade == nil)
        // Of a source with other bytes, and of this one in another cut.
        let other = try plan(ladder, source: Digest(bytes: Array(repeating: 7, count: 32))!)
        var interlaced = Self.track
        interlaced.isInterlaced = true
        let treated = try plan(ladder, track: interlaced)
        #expect(try plan(ladder, all(other, treated)).video == usual.video)
        #expect(
            try plan(ladder, all(other, treated)).units.filter { $0.work.kind == .encode }
                == usual.units.filter { $0.work.kind == .encode })
    }

    @Test func theSameLadderIsTakenAsItWas() throws {
        let ladder = [(720, 3000), (360, 730)]
        let usual = try plan(ladder)
        let again = try plan(ladder, all(usual))
        #expect(again.video == usual.video)
        #expect(again.units.map(\.content) == usual.units.map(\.content))
        // What has an effect beside its artifact is done each time.
        let reused = again.units.filter(\.work.kind.isReused)
        #expect(again.unitsMade == reused.count && reused.count == usual.units.count - 2)
        #expect(reused.allSatisfy { $0.estimate.cpuSeconds <= 0.01 })
        #expect(
            again.units.map(\.estimate.memoryBytes) == usual.units.map(\.estimate.memoryBytes))
    }

    @Test func onlyWhatIsDoneIsTaken() throws {
        let first = try plan([(720, 3000), (360, 730)])
        let late = first.units.filter {
            if case .encode(let chunk, _) = $0.work { chunk >= 2 } else { false }
        }
        var work = EarlierWork()
        work.add(first, done: Set(late.map(\.position)))
        let second = try plan([(720, 3000), (360, 800)], work)
        try expectWhole(second)
        for unit in second.units {
            guard case .encode(let chunk, let names) = unit.work else { continue }
            #expect(names == (chunk < 2 ? ["v720", "v360"] : names))
            #expect(work.made.contains(unit.content) == (chunk >= 2 && names.count == 2))
        }
    }

    /// Ladders that come after one another: each plan is whole, and whatever was ever made is found again.
    @Test(arguments: 0..<40)
    func nothingThatIsWantedIsMadeTwice(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var plans: [Plan] = []
        for _ in 0..<4 {
            let lines = [720, 540, 480, 360, 234].filter { _ in
                Bool.random(using: &random)
            }
            let ladder = (lines.isEmpty ? [720] : lines).map {
                ($0, $0 * Int.random(in: 3...4, using: &random))
            }
            var work = EarlierWork()
            for plan in plans.reversed() {
                work.add(plan, done: Set(plan.units.map(\.position)))
            }
            let next = try plan(ladder, work)
            try expectWhole(next)
            let known = Set(plans.flatMap { $0.video?.renditions ?? [] })
            let wanted = try #require(next.video).renditions
            for unit in next.units {
                guard case .encode(_, let names) = unit.work else { continue }
                if work.made.contains(unit.content) { continue }
                // What is new makes only what no plan before made.
                let made = next.video!.renditions(ofUnit: unit.position, named: names)
                #expect(made.allSatisfy { wanted.contains($0) && !known.contains($0) })
            }
            plans.append(next)
        }
    }
}
