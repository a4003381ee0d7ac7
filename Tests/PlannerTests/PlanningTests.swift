import Foundation
import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("Plans: pure, complete, cut only where it is allowed")
struct PlanningTests {
    private func randomTrack(_ generator: inout SplitMix64) -> VideoTrack {
        let rate = RateEstimate.standard.filter { $0 >= Rational(5) && $0 <= Rational(60) }
            .randomElement(using: &generator)!
        let timeBase = [Rational(1, 1000), Rational(1, 90_000)].randomElement(using: &generator)!
        return PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                rate, timeBase: timeBase, count: Int.random(in: 1...9000, using: &generator),
                first: Int64.random(in: -1000...100_000, using: &generator)),
            timeBase: timeBase, average: rate,
            width: Int.random(in: 32...2000, using: &generator),
            height: Int.random(in: 16...2000, using: &generator),
            aspect: Rational(Int64.random(in: 1...3, using: &generator), 2),
            orientation: Orientation(
                clockwiseDegrees: [0, 90, 180, 270].randomElement(using: &generator)!,
                isMirrored: Bool.random(using: &generator)),
            keyFrameEvery: Int.random(in: 1...600, using: &generator),
            interlaced: Bool.random(using: &generator))
    }

    @Test("chunks tile the grid on segment boundaries, and each can be decoded", arguments: 0..<120)
    func chunks(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let track = randomTrack(&generator)
        let plan = try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source,
            profile: PlannerFixture.profile)
        let video = try #require(plan.video)
        #expect(video.segmentFrames % video.keyFrameInterval == 0)
        #expect(video.chunks.first?.frames.lowerBound == 0)
        #expect(video.chunks.last?.frames.upperBound == video.grid.frames)
        for (left, right) in zip(video.chunks, video.chunks.dropFirst()) {
            #expect(left.frames.upperBound == right.frames.lowerBound)
            #expect(left.frames.upperBound % video.segmentFrames == 0)
        }
        let ticks = track.frameTimes.expanded()
        for chunk in video.chunks {
            #expect(!chunk.frames.isEmpty && !chunk.entryPoints.isEmpty)
            let shown = ticks[chunk.frames.lowerBound]
            for point in chunk.entryPoints { #expect(point.pts <= shown) }
            // The model: the last key frame that is not after the picture, by linear search.
            if !track.isInterlaced {
                #expect(
                    chunk.entryPoints[0].pts
                        == track.randomAccessPoints.last { $0.pts <= shown }?.pts)
            }
            let seconds = Rational(Int64(chunk.frames.count)) / video.grid.rate
            // Longer only where it starts far from a key frame.
            let keyFrame = track.randomAccessPoints.last { $0.pts <= shown }?.pts ?? ticks[0]
            let preRoll = Double(ticks.filter { (keyFrame..<shown).contains($0) }.count)
            let share = NominalCost(
                track, try #require(PlannerFixture.profile.video), rate: video.grid.rate
            ).decodeShare
            // The last is as long as what is left.
            #expect(
                seconds <= Rational(21) || video.chunks.count == 1
                    || chunk.index == video.chunks.count - 1 && seconds <= Rational(27)
                    || 2 * preRoll * share
                        >= Double(chunk.frames.count - 2 * video.segmentFrames)
            )
        }
    }

    @Test(
        "a minute of 25 frames a second is cut each twelve seconds, or where its key frames are",
        arguments: [
            (50, [0..<300, 300..<600, 600..<900, 900..<1200, 1200..<1500]),
            (450, [0..<450, 450..<900, 900..<1200, 1200..<1500]),
        ])
    func cuts(keyFrameEvery: Int, due: [Range<Int>]) throws {
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: 1500, first: 80),
            timeBase: Rational(1, 1000), keyFrameEvery: keyFrameEvery)
        let video = try #require(
            try Planning.plan(
                index: PlannerFixture.index([track]), source: PlannerFixture.source,
                profile: PlannerFixture.profile
            ).video)
        #expect(video.chunks.map(\.frames) == due)
        // Each is decoded from the key frame that it starts with or the one before, and at last from the start of the file.
        #expect(
            video.chunks.dropFirst().map { $0.entryPoints[0].pts }
                == due.dropFirst().map {
                    80 + Int64($0.lowerBound / keyFrameEvery * keyFrameEvery) * 40
                })
        #expect(video.chunks.allSatisfy { $0.entryPoints.last?.pts == 80 })
    }

    @Test("rungs are even, aspect-true and never larger than the source", arguments: 0..<200)
    func ladder(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let track = randomTrack(&generator)
        let source = LadderSelection.displaySize(track)
        let plan = try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source,
            profile: PlannerFixture.profile)
        let renditions = try #require(plan.video).renditions
        #expect(!renditions.isEmpty)
        #expect(Set(renditions.map(\.name)).count == renditions.count)
        for rendition in renditions {
            #expect(rendition.width % 2 == 0 && rendition.height % 2 == 0)
            #expect(rendition.width <= source.width && rendition.height <= source.height)
            let aspect = Double(source.width) / Double(source.height)
            let ideal =
                source.width >= source.height
                ? Double(rendition.height) * aspect : Double(rendition.width) / aspect
            let long = max(rendition.width, rendition.height)
            #expect(abs(Double(long) - ideal) <= 2)
        }
        #expect(renditions.map(\.width) == renditions.map(\.width).sorted(by: >))
    }

    @Test(
        "ladders by size of the source",
        arguments: [
            (1920, 1080, ["v1080 1920x1080", "v720 1280x720", "v360 640x360"]),
            (1280, 720, ["v720 1280x720", "v360 640x360"]),
            (720, 1280, ["v720 720x1280", "v360 360x640"]),
            (640, 480, ["v480 640x480", "v360 480x360"]),
            (320, 240, ["v240 320x240"]),
            (161, 121, ["v120 160x120"]),
            (3840, 2160, ["v1080 1920x1080", "v720 1280x720", "v360 640x360"]),
        ])
    func ladders(width: Int, height: Int, expected: [String]) throws {
        let track = PlannerFixture.track(
            ticks: [0, 40], timeBase: Rational(1, 1000), width: width, height: height)
        let settings = try #require(PlannerFixture.profile.video)
        let found = try LadderSelection.renditions(track, settings, packaging: .cmaf)
        #expect(found.map { "\($0.name) \($0.width)x\($0.height)" } == expected)
    }

    @Test(
        "the pictures last as long as the sound that is kept, and sound starts and ends with them")
    func sound() throws {
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: 250, first: 2000),
            timeBase: Rational(1, 1000))
        let plan = try Planning.plan(
            index: PlannerFixture.index(
                [track],
                [
                    PlannerFixture.audio(1, start: 1500, end: 11_000),
                    PlannerFixture.audio(2, start: 2100, end: 12_500, isDefault: true),
                    PlannerFixture.audio(3, start: 2000, end: 20_000),
                ]), source: PlannerFixture.source, profile: PlannerFixture.profile)
        #expect(plan.audio.map(\.streamIndex) == [2, 1])
        #expect(plan.audio.map(\.isDefault) == [true, false])
        for rendition in plan.audio {
            // Half a second before the first picture, and after the last: 12 and 13 frames of 25 a second.
            #expect(rendition.origin == Rational(2) - Rational(12, 25))
            #expect(rendition.samples == 275 * 48_000 / 25)
        }
        #expect(plan.video?.grid.frames == 275)
        #expect(plan.video?.grid.origin == Rational(2) - Rational(12, 25))
        #expect(plan.warnings.count == 1)
    }

    @Test("of several programmes, the sound is that of the pictures that are taken")
    func programmes() throws {
        var small = PlannerFixture.track(
            ticks: [0, 40, 80], timeBase: Rational(1, 1000), width: 640, height: 360)
        small.program = 1
        var large = PlannerFixture.track(ticks: [0, 40, 80], timeBase: Rational(1, 1000))
        large.streamIndex = 5
        large.program = 2
        var tracks = [
            PlannerFixture.audio(1, start: 0, end: 120),
            PlannerFixture.audio(6, start: 0, end: 120),
        ]
        func plan(_ programs: [[Int]]) throws -> Plan {
            tracks[0].programs = programs[0]
            tracks[1].programs = programs[1]
            return try Planning.plan(
                index: PlannerFixture.index([small, large], tracks), source: PlannerFixture.source,
                profile: PlannerFixture.profile)
        }
        let apart = try plan([[1], [2]])
        #expect(apart.video?.streamIndex == 5)
        #expect(apart.audio.map(\.streamIndex) == [6])
        #expect(
            apart.warnings.last
                == "The source holds several programmes: 2 is taken, and the sound of others "
                + "(1 stream) is left out.")
        // Both programmes have the first track.
        let shared = try plan([[1, 2], [2]])
        #expect(shared.audio.map(\.streamIndex) == [1, 6])
        #expect(shared.warnings.last == "The source holds several programmes: 2 is taken.")
    }

    @Test("data and attachments are left out in one sentence; each other stream in its own")
    func data() throws {
        var index = PlannerFixture.index([
            PlannerFixture.track(ticks: [0, 40, 80], timeBase: Rational(1, 1000))
        ])
        func plan(_ omitted: [OmittedStream]) throws -> [String] {
            index.omitted = omitted
            return try Planning.plan(
                index: index, source: PlannerFixture.source, profile: PlannerFixture.profile
            ).warnings
        }
        let data = [2, 3].map {
            OmittedStream(
                streamIndex: $0, kind: "data", codec: "none", cause: .data, reason: "any words")
        }
        let bitmap = OmittedStream(
            streamIndex: 4, kind: "subtitle", codec: "dvd_subtitle",
            reason: "subtitles that are pictures")
        #expect(
            try plan(data + [bitmap]) == [
                "Stream 4 (subtitle, dvd_subtitle) is left out: subtitles that are pictures.",
                "Streams 2, 3: data or attachments, which are left out.",
            ])
        #expect(
            try plan([data[0]]) == ["Stream 2: data or attachments, which are left out."])
        #expect(try plan([]) == [])
    }

    @Test("sound that is outside the pictures by a codec frame or two changes no frame")
    func slack() throws {
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: 250, first: 2000),
            timeBase: Rational(1, 1000))
        let plan = try Planning.plan(
            index: PlannerFixture.index(
                [track], [PlannerFixture.audio(1, start: 1900, end: 12_100)]),
            source: PlannerFixture.source, profile: PlannerFixture.profile)
        #expect(plan.video?.grid.frames == 250)
        #expect(plan.video?.grid.origin == Rational(2))
        #expect(plan.audio.map(\.samples) == [480_000])
    }

    @Test(
        "a source with one key frame is cut, in chunks that are worth what is decoded before them")
    func oneKeyFrame() throws {
        let minutes = 40
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: minutes * 1500),
            timeBase: Rational(1, 1000), keyFrameEvery: minutes * 1500)
        let plan = try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source,
            profile: PlannerFixture.profile)
        let video = try #require(plan.video)
        #expect(video.chunks.count > 4)
        let settings = try #require(PlannerFixture.profile.video)
        let share = NominalCost(track, settings, rate: Rational(25)).decodeShare
        for chunk in video.chunks.dropLast() {
            #expect(Double(chunk.frames.lowerBound) * share <= 0.5 * Double(chunk.frames.count) + 1)
            #expect(chunk.frames.count <= 20 * 25 || chunk.frames.lowerBound > 0)
        }
        let decoded = video.chunks.reduce(0) { $0 + $1.frames.upperBound }
        #expect(Double(decoded) * share <= 0.75 * Double(minutes * 1500))
    }

    @Test("units wait only on units before them, and the same input gives the same plan")
    func units() throws {
        var generator = SplitMix64(seed: 3)
        let index = PlannerFixture.index(
            [randomTrack(&generator)], [PlannerFixture.audio(1, start: 0, end: 60_000)])
        let plan = try Planning.plan(
            index: index, source: PlannerFixture.source, profile: PlannerFixture.profile)
        #expect(plan.units.map(\.position) == Array(1...plan.units.count))
        for unit in plan.units { #expect(unit.dependencies.allSatisfy { $0 < unit.position }) }
        #expect(Set(plan.units.map(\.content)).count == plan.units.count)
        #expect(plan.units.last?.work == .publish)
        #expect(
            try Planning.plan(
                index: index, source: PlannerFixture.source, profile: PlannerFixture.profile)
                == plan)
        let decoded = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
        #expect(decoded == plan)
        let critical = Planning.criticalSeconds(plan.units)
        // To one of a few lengths, none longer than it is.
        let last = try #require(plan.units.last).estimate.cpuSeconds
        #expect(try #require(critical.last) <= last && critical[critical.count - 1] > last / 1.16)
        for unit in plan.units {
            for dependency in unit.dependencies {
                #expect(critical[dependency - 1] > critical[unit.position - 1])
            }
        }
    }

    @Test(
        "a job of few chunks is split by rungs where that busies cores; every chunk still makes every rung once",
        arguments: [(10, 2, 0), (300, 1, 0), (300, 2, 1), (900, 2, 1), (3000, 2, 0), (3000, 16, 8)])
    func grouping(frames: Int, workers: Int, splits: Int) throws {
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: frames),
            timeBase: Rational(1, 1000), width: 1920, height: 1080)
        let plan = try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source,
            profile: PlannerFixture.profile, context: PlanningContext(workers: workers))
        let video = try #require(plan.video)
        var made: [Int: [String]] = [:]
        for unit in plan.units {
            if case .encode(let chunk, let names) = unit.work { made[chunk, default: []] += names }
            if case .stitch(let name) = unit.work, name.hasPrefix("v") {
                #expect(unit.dependencies.count == video.chunks.count)
                for position in unit.dependencies {
                    guard case .encode(_, let names) = plan.units[position - 1].work else {
                        Issue.record("a stitch of pictures waits for \(position)")
                        continue
                    }
                    #expect(names.contains(name))
                }
            }
        }
        #expect(made.count == video.chunks.count)
        #expect(made.values.allSatisfy { $0 == video.renditions.map(\.name) })
        let units = plan.units.filter { $0.work.kind == .encode }.count
        #expect(splits == 0 ? units == video.chunks.count : units >= video.chunks.count + splits)
    }

    @Test("another setting gives another content digest, the same one the same")
    func contents() throws {
        let index = PlannerFixture.index([
            PlannerFixture.track(ticks: [0, 40, 80], timeBase: Rational(1, 1000))
        ])
        var changed = PlannerFixture.profile
        changed.video?.quality = 24
        func encode(_ profile: Profile) throws -> Digest {
            try Planning.plan(index: index, source: PlannerFixture.source, profile: profile)
                .units[0].content
        }
        let first = try encode(PlannerFixture.profile)
        #expect(try encode(PlannerFixture.profile) == first)
        #expect(try encode(changed) != first)
    }

    @Test("what a profile cannot make of a source is said, not guessed")
    func mismatches() throws {
        var soundOnly = PlannerFixture.profile
        soundOnly.video = nil
        soundOnly.images = nil
        let silent = PlannerFixture.index([
            PlannerFixture.track(ticks: [0, 40], timeBase: Rational(1, 1000))
        ])
        let blind = PlannerFixture.index([], [PlannerFixture.audio(0, start: 0, end: 5000)])
        #expect(throws: Failure.self) {
            try Planning.plan(index: silent, source: PlannerFixture.source, profile: soundOnly)
        }
        let plan = try Planning.plan(
            index: blind, source: PlannerFixture.source, profile: PlannerFixture.profile)
        #expect(plan.video == nil && plan.audio.count == 1 && plan.warnings.count == 1)
    }
}
