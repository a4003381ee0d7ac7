import Foundation
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
                0..<50, 50..<150, 150..<300, 300..<600, 600..<900, 900..<1200, 1200..<1500,
            ])
        #expect(
            plan.units.map(line) == [
                "1 encode 0 v720 v360: ", "2 encode 0 v1080: ", "3 encode 1 v720 v360: ",
                "4 encode 1 v1080: ", "5 encode 2 v720 v360: ", "6 encode 2 v1080: ",
                "7 encode 3 v720 v360: ", "8 encode 3 v1080: ", "9 encode 4 v720 v360: ",
                "10 encode 4 v1080: ", "11 encode 5 v1080 v720 v360: ",
                "12 encode 6 v1080 v720 v360: ", "13 stitch v1080: 2 4 6 8 10 11 12",
                "14 stitch v720: 1 3 5 7 9 11 12", "15 stitch v360: 1 3 5 7 9 11 12",
                "16 audio a1: ", "17 stitch a1: 16", "18 audio a2: ", "19 stitch a2: 18",
                "20 images: ",
                // After the sound that is the default, which stands first, and no other.
                "21 preview 0: 1 17", "22 preview 1: 3 21", "23 preview 2: 5 22",
                "24 preview 3: 7 23", "25 preview 4: 9 24", "26 preview 5: 11 25",
                "27 preview 6: 12 26", "28 package: 13 14 15 17 19 20",
                "29 verify: 13 14 15 17 19 20 28", "30 publish: 13 14 15 17 19 20 28 29 27",
            ])
    }

    @Test("what makes a live job playable is urgent; of a backfill the previews alone")
    func urgent() throws {
        let plan = try plan(Self.profile, seconds: 60, sound: 2)
        let previews = Set(21...27)
        #expect(plan.urgentUnits(in: .live) == previews.union([1, 16, 17]))
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

    @Test(
        "no chunk is empty, however short the film",
        arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19, 40])
    func short(seconds: Int) throws {
        let plan = try plan(Self.profile, seconds: seconds)
        let video = try #require(plan.video)
        let chunks = video.chunks
        #expect(chunks.allSatisfy { !$0.frames.isEmpty })
        let ends = chunks.map(\.frames.upperBound)
        #expect(ends.dropLast().allSatisfy { $0 % 150 == 0 || $0 == video.leadFrames })
        #expect(ends.last == 25 * seconds)
        // A second behind the lead is enough.
        #expect(video.leadFrames == (seconds < 3 ? nil : 50))
        #expect(chunks[0].frames == 0..<min(seconds < 3 ? 25 * seconds : 50, 25 * seconds))
        let starts = [0] + ends.dropLast()
        #expect(zip(starts, ends).prefix(2).allSatisfy { $1 - $0 <= 225 })
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

    private struct LeadCase: Sendable {
        var interval: Int
        var segment: Int
        var film: Int
        var lead: Int?
    }

    /// In seconds: key frames, segments, the film, and the lead that is due.
    private static let leadCases = [
        LeadCase(interval: 2, segment: 6, film: 60, lead: 2),
        LeadCase(interval: 1, segment: 6, film: 60, lead: 2),
        LeadCase(interval: 2, segment: 4, film: 60, lead: 2),
        LeadCase(interval: 3, segment: 6, film: 60, lead: 3),
        LeadCase(interval: 1, segment: 2, film: 60, lead: 1),
        LeadCase(interval: 2, segment: 30, film: 60, lead: 10),
        LeadCase(interval: 1, segment: 5, film: 60, lead: 2),
        LeadCase(interval: 2, segment: 6, film: 3, lead: 2),
        LeadCase(interval: 2, segment: 6, film: 2, lead: nil),
        LeadCase(interval: 6, segment: 6, film: 60, lead: nil),
        LeadCase(interval: 1, segment: 1, film: 60, lead: nil),
    ]

    @Test(
        "the first segment is a third of one, in whole key-frame intervals, where that is any less",
        arguments: leadCases.indices)
    func lead(index: Int) throws {
        let due = Self.leadCases[index]
        var profile = Self.profile
        profile.video?.keyFrameIntervalSeconds = due.interval
        profile.video?.segmentDurationSeconds = due.segment
        profile.video?.chunkDurationSeconds = max(12, due.segment)
        let plan = try plan(profile, seconds: due.film)
        let video = try #require(plan.video)
        #expect(video.leadFrames == due.lead.map { 25 * $0 })
        let spans = SegmentSpans(
            duration: Rational(Int64(due.segment)), lead: due.lead.map { Rational(Int64($0)) })
        #expect(video.timing.segmentSpans == spans)
        #expect(plan.audio.map(\.segments) == [spans])
        guard let lead = video.leadFrames else { return }
        #expect(video.chunks[0].frames == 0..<lead)
        // Whoever begins at once has the rest of the segment by the time the lead has been played.
        #expect(video.chunks[1].frames.count <= 2 * lead)
    }

    @Test("frames that keep their times have one where the lead ends, and their chunks tile them")
    func cadence() throws {
        var profile = Self.profile
        profile.video?.timestamps = .source
        var time: Int64 = 0
        let ticks = (0..<900).map { frame in
            time += frame % 7 == 0 ? 71 : 33
            return time
        }
        let track = PlannerFixture.track(ticks: ticks, timeBase: Rational(1, 1000))
        func video(_ profile: Profile) throws -> VideoPlan {
            try #require(
                try Planning.plan(
                    index: PlannerFixture.index([track]), source: PlannerFixture.source,
                    profile: profile
                ).video)
        }
        let early = try video(profile)
        let cadence = try #require(early.grid.cadence)
        #expect(cadence.leadTicks == 20_000 && early.leadFrames == nil)
        #expect(cadence.frame(at: 20_000) == early.chunks[0].frames.upperBound)
        #expect(
            early.chunks.map { cadence.ticks(of: $0.frames.lowerBound) }.prefix(4) == [
                0, 20_000, 60_000, 120_000,
            ])
        for chunk in early.chunks {
            #expect(early.grid(of: chunk).cadence?.frames == chunk.frames)
        }
        profile.publish = nil
        let plain = try video(profile)
        #expect(plain.grid.cadence?.leadTicks == nil)
        // One picture more, which stands there already.
        #expect(Set(cadence.starts).subtracting(plain.grid.cadence?.starts ?? []) == [20_000])
    }

    @Test("a slide that is shown on at the lead's end, and is then over, needs no lead")
    func slides() throws {
        var profile = Self.profile
        profile.video?.timestamps = .source
        for tail in stride(from: Int64(0), through: 60_000, by: 500) {
            let track = PlannerFixture.track(
                ticks: [0, 60_000, 121_000, 121_000 + tail + 1], timeBase: Rational(1, 1000),
                keyFrameEvery: 1, lastDuration: tail)
            let plan = try Planning.plan(
                index: PlannerFixture.index([track]), source: PlannerFixture.source,
                profile: profile)
            #expect(plan.video?.chunks.allSatisfy { !$0.frames.isEmpty } == true)
            let short = PlannerFixture.track(
                ticks: [0, 1500 + tail / 100], timeBase: Rational(1, 1000), keyFrameEvery: 1,
                lastDuration: tail / 10)
            let clip = try Planning.plan(
                index: PlannerFixture.index([short]), source: PlannerFixture.source,
                profile: profile)
            #expect(clip.video?.chunks.allSatisfy { !$0.frames.isEmpty } == true)
        }
    }

    @Test(
        "a profile that does not play early has the plan that it always had; sound alone has no previews"
    )
    func others() throws {
        let plan = try plan(PlannerFixture.profile, seconds: 60)
        #expect(!plan.units.contains { $0.work.kind == .preview })
        #expect(plan.video?.chunks.first?.frames == 0..<300)
        let data = try JSONEncoder().encode(plan)
        for key in ["lead", "bufferstart"] {
            #expect(!String(decoding: data, as: UTF8.self).lowercased().contains(key))
        }
        #expect(try JSONDecoder().decode(Plan.self, from: data) == plan)
        let early = try self.plan(Self.profile, seconds: 60)
        #expect(
            try JSONDecoder().decode(Plan.self, from: try JSONEncoder().encode(early)) == early)
        let sound = try Planning.plan(
            index: PlannerFixture.index([], [PlannerFixture.audio(1, start: 0, end: 60_000)]),
            source: PlannerFixture.source, profile: Self.profile)
        #expect(!sound.units.contains { $0.work.kind == .preview })
    }

    @Test("early renditions count on half a buffer, since none of their chunks is encoded again")
    func buffer() throws {
        var profile = Self.profile
        func starts(_ profile: Profile) throws -> [Int?] {
            try #require(try plan(profile, seconds: 20).video).renditions.map(\.bufferStart)
        }
        #expect(try starts(profile) == [nil, 10, 10])
        #expect(try starts(PlannerFixture.profile) == [nil, nil, nil])
        profile.video?.codec = .av1
        #expect(try starts(profile) == [nil, nil, nil])
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
