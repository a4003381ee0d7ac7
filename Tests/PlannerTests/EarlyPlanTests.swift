import Testing
import TranscodeModel

@testable import Planner

@Suite(
    "Plans that play early: short chunks first, previews in order, and nothing changed elsewhere")
struct EarlyPlanTests {
    private static let profile: Profile = {
        var profile = PlannerFixture.profile
        profile.publish = PublishSettings(early: true)
        return profile
    }()

    private func plan(_ profile: Profile, seconds: Int, sound: Int = 1) throws -> Plan {
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: 25 * seconds),
            timeBase: Rational(1, 1000), width: 1920, height: 1080)
        let audio = (0..<sound).map {
            PlannerFixture.audio(
                $0 + 1, start: 0, end: Int64(seconds) * 1000, isDefault: $0 == sound - 1)
        }
        return try Planning.plan(
            index: PlannerFixture.index([track], audio), source: PlannerFixture.source,
            profile: profile)
    }

    private func line(_ unit: PlannedUnit) -> String {
        let work =
            switch unit.work {
            case .encode(let chunk, let names): "encode \(chunk) \(names.joined(separator: " "))"
            case .audio(let name): "audio \(name)"
            case .stitch(let name): "stitch \(name)"
            case .preview(let chunk): "preview \(chunk)"
            default: unit.work.kind.rawValue
            }
        return
            "\(unit.position) \(work): \(unit.dependencies.map(String.init).joined(separator: " "))"
    }

    @Test("a minute, unit by unit")
    func golden() throws {
        let plan = try plan(Self.profile, seconds: 60, sound: 2)
        #expect(
            plan.video?.chunks.map(\.frames) == [
                0..<150, 150..<300, 300..<600, 600..<900, 900..<1200, 1200..<1500,
            ])
        #expect(
            plan.units.map(line) == [
                "1 encode 0 v720 v360: ", "2 encode 0 v1080: ", "3 encode 1 v720 v360: ",
                "4 encode 1 v1080: ", "5 encode 2 v720 v360: ", "6 encode 2 v1080: ",
                "7 encode 3 v720 v360: ", "8 encode 3 v1080: ", "9 encode 4 v1080 v720 v360: ",
                "10 encode 5 v1080 v720 v360: ", "11 stitch v1080: 2 4 6 8 9 10",
                "12 stitch v720: 1 3 5 7 9 10", "13 stitch v360: 1 3 5 7 9 10", "14 audio a1: ",
                "15 stitch a1: 14", "16 audio a2: ", "17 stitch a2: 16", "18 images: ",
                // After the sound that is the default, which stands first, and no other.
                "19 preview 0: 1 15", "20 preview 1: 3 19", "21 preview 2: 5 20",
                "22 preview 3: 7 21", "23 preview 4: 9 22", "24 preview 5: 10 23",
                "25 package: 11 12 13 15 17 18", "26 verify: 11 12 13 15 17 18 25",
                "27 publish: 11 12 13 15 17 18 25 26 24",
            ])
    }

    @Test("what makes a live job playable is urgent; of a backfill the previews alone")
    func urgent() throws {
        let plan = try plan(Self.profile, seconds: 60, sound: 2)
        let previews = Set(19...24)
        #expect(plan.urgentUnits(in: .live) == previews.union([1, 14, 15]))
        #expect(plan.urgentUnits(in: .backfill) == previews)
        #expect(try self.plan(PlannerFixture.profile, seconds: 60).urgentUnits(in: .live) == [])
    }

    @Test("chunks are encoded in the order in which they are played", arguments: [60, 200])
    func order(seconds: Int) throws {
        let plan = try plan(Self.profile, seconds: seconds)
        let critical = Planning.criticalSeconds(plan.units)
        let makers = plan.units.filter { unit in
            guard case .encode(_, let names) = unit.work else { return false }
            return names.contains("v360")
        }
        for (unit, next) in zip(makers, makers.dropFirst()) {
            #expect(critical[unit.position - 1] > critical[next.position - 1])
        }
        for unit in plan.units {
            for dependency in unit.dependencies {
                #expect(critical[dependency - 1] > critical[unit.position - 1])
            }
        }
    }

    @Test("no chunk is empty, however short the film", arguments: [1, 5, 6, 7, 12, 13, 18, 19, 40])
    func short(seconds: Int) throws {
        let plan = try plan(Self.profile, seconds: seconds)
        let chunks = try #require(plan.video?.chunks)
        #expect(chunks.allSatisfy { !$0.frames.isEmpty })
        #expect(chunks.dropLast().allSatisfy { $0.frames.upperBound % 150 == 0 })
        #expect(chunks.last?.frames.upperBound == 25 * seconds)
        #expect(chunks[0].frames.count <= 150 || chunks.count == 1)
        let previews = plan.units.filter { $0.work.kind == .preview }
        #expect(previews.map(\.work) == chunks.map { .preview(chunk: $0.index) })
        // Each chunk makes each rendition once.
        for chunk in chunks {
            let names = plan.units.flatMap { unit in
                if case .encode(chunk.index, let names) = unit.work { names } else { [String]() }
            }
            #expect(names.sorted() == ["v1080", "v360", "v720"])
        }
    }

    @Test(
        "a profile that does not play early has the plan that it always had; sound alone has no previews"
    )
    func others() throws {
        let plan = try plan(PlannerFixture.profile, seconds: 60)
        #expect(!plan.units.contains { $0.work.kind == .preview })
        #expect(plan.video?.chunks.first?.frames == 0..<300)
        let sound = try Planning.plan(
            index: PlannerFixture.index([], [PlannerFixture.audio(1, start: 0, end: 60_000)]),
            source: PlannerFixture.source, profile: Self.profile)
        #expect(!sound.units.contains { $0.work.kind == .preview })
    }

    @Test("the largest rendition is played early only where it is the only one")
    func renditions() throws {
        var profile = Self.profile
        let due = [["v1080"], ["v720"], ["v720", "v360"]]
        for count in 1...3 {
            profile.video?.ladder = Array(PlannerFixture.profile.video!.ladder.prefix(count))
            let video = try #require(try plan(profile, seconds: 20).video)
            #expect(video.earlyRenditions.map(\.name) == due[count - 1])
        }
    }
}
