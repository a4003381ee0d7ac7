import Testing
import TranscodeModel

@testable import Planner

/// A source that is a rung already is copied, nothing else is, and the plan says why.
@Suite("Passing pictures through: what is copied, and every reason why something is not")
struct PictureCopyingTests {
    private static let base = Rational(1, 1000)

    private static func track(
        count: Int = 300, keyFrameEvery: Int = 50, ticks: [Int64]? = nil
    ) -> VideoTrack {
        var track = PlannerFixture.track(
            ticks: ticks
                ?? PlannerFixture.constantTicks(Rational(25), timeBase: base, count: count),
            timeBase: base, keyFrameEvery: keyFrameEvery, lastDuration: 40)
        track.coded = coded(Array(repeating: 10_000, count: count))
        return track
    }

    private static func coded(_ sizes: [Int32]) -> CodedPictures {
        CodedPictures(
            byteCount: sizes.reduce(0) { $0 + Int64($1) }, reorderFrames: 2,
            needs: CodedPictures.needs(sizes))
    }

    private static let profile: Profile = {
        var profile = PlannerFixture.profile
        profile.video?.passthrough = true
        return profile
    }()

    private func plan(
        _ track: VideoTrack = track(), _ profile: Profile = profile, damage: [Damage] = []
    ) throws -> Plan {
        var index = PlannerFixture.index([track])
        index.damage = damage
        return try Planning.plan(index: index, source: PlannerFixture.source, profile: profile)
    }

    @Test("the rung of the source's size is copied by units of its own, and the others are as ever")
    func copied() throws {
        let plan = try plan()
        let video = try #require(plan.video)
        #expect(video.renditions.map(\.name) == ["v720", "v360"])
        #expect(
            video.renditions.map(\.copied) == [CopiedPictures(kilobitsPerSecond: 2000), nil])
        #expect(plan.warnings == [])
        for chunk in video.chunks.indices {
            for names in [["v720"], ["v360"]] {
                let work = Work.encode(chunk: chunk, renditions: names)
                #expect(plan.units.count { $0.work == work } == 1)
            }
        }
        #expect(plan.units.count { $0.work.kind == .encode } == 2 * video.chunks.count)
        let copies = plan.units.filter { $0.work == .encode(chunk: 0, renditions: ["v720"]) }
        #expect(copies.allSatisfy { $0.estimate.cpuSeconds < 0.1 })
        // Nothing else of the plan is another, and no unit of a copy is taken for one of an encode.
        var plain = Self.profile
        plain.video?.passthrough = nil
        let encoded = try self.plan(Self.track(), plain)
        #expect(encoded.video?.chunks == video.chunks && encoded.video?.grid == video.grid)
        #expect(encoded.video?.renditions[1] == video.renditions[1])
        #expect(encoded.video?.renditions[0].copied == nil)
        #expect(Set(encoded.units.map(\.content)).isDisjoint(with: copies.map(\.content)))
    }

    @Test("alone, played early or among early renditions, what is copied stands alone")
    func early() throws {
        var profile = Self.profile
        profile.publish = PublishSettings(early: true)
        profile.video?.chunkDurationSeconds = 6
        for ladder in [[720], [720, 360], [720, 360, 180]] {
            profile.video?.ladder = ladder.map { Rung(lines: $0, averageKilobitsPerSecond: 3000) }
            let plan = try plan(Self.track(count: 900), profile)
            #expect(plan.video?.renditions.first?.copied != nil)
            var makers = 0
            for unit in plan.units {
                guard case .encode(_, let names) = unit.work, names.contains("v720") else {
                    continue
                }
                #expect(names == ["v720"])
                makers += 1
            }
            #expect(makers == plan.video?.chunks.count && makers > 2)
        }
    }

    /// The reason that the plan gives, of a source that differs from one that is copied in one thing.
    private func refusal(
        _ profile: Profile = profile, damage: [Damage] = [],
        _ change: (inout VideoTrack) -> Void = { _ in }
    ) throws -> String {
        var track = Self.track()
        change(&track)
        let plan = try plan(track, profile, damage: damage)
        #expect(plan.video?.renditions.allSatisfy { $0.copied == nil } == true)
        let start = "The source's pictures are encoded and not passed through: "
        let found = plan.warnings.filter { $0.hasPrefix(start) }
        #expect(found.count == 1 && found.first?.hasSuffix(".") == true, "\(plan.warnings)")
        return String(found.first?.dropFirst(start.count).dropLast() ?? "")
    }

    @Test("of another size, codec or kind of pictures")
    func pictures() throws {
        #expect(try refusal { $0.width = 1279 } == "no rung has the source's size, 1279×720")
        #expect(try refusal { $0.codec = "hevc" }.contains("the source is hevc"))
        #expect(try refusal { $0.coded = nil }.hasPrefix("only h264 is"))
        var profile = Self.profile
        profile.video?.codec = .hevc
        #expect(try refusal(profile).contains("the profile's codec hevc"))
        #expect(try refusal { $0.isInterlaced = true } == "it is interlaced")
        #expect(
            try refusal {
                $0.orientation = Orientation(clockwiseDegrees: 180, isMirrored: false)
            } == "it is shown turned or mirrored")
        #expect(try refusal { $0.codedAspect = Rational(4, 3) } == "its samples are not square")
        #expect(
            try refusal { ($0.pixelFormat, $0.bitDepth) = ("yuv420p10le", 10) }
                == "its pixel format is yuv420p10le, not yuv420p")
        #expect(
            try refusal { $0.color.isFullRange = true } == "its colours are not those of the output"
        )
        #expect(
            try refusal { $0.color.transfer = "smpte2084" } == "it is in high dynamic range")
        // What says nothing is taken for what the output is said to be.
        var unsaid = Self.track()
        unsaid.color = .unknown
        #expect(try plan(unsaid).video?.renditions.first?.copied != nil)
    }

    @Test("with other times, key frames or order")
    func times() throws {
        let uneven = "its frames are not those of the output, one for one"
        var slower = Self.profile
        slower.video?.frameRateMaximum = Rational(13)
        #expect(try refusal(slower) == uneven)
        // A hole of one frame; and pictures that the sound outlasts.
        let ticks = (0..<301).filter { $0 != 100 }.map { Int64($0) * 40 }
        #expect(try refusal { $0.frameTimes = TickRuns(ticks) } == uneven)
        var longer = PlannerFixture.index(
            [Self.track()], [PlannerFixture.audio(1, start: 0, end: 14_000)])
        longer.video[0].coded = Self.track().coded
        let held = try Planning.plan(
            index: longer, source: PlannerFixture.source, profile: Self.profile)
        #expect(held.warnings.contains { $0.contains(uneven) })
        #expect(
            try refusal {
                $0.clock = SourceClock(splices: [TimeSplice(bytePosition: 1, offsetTicks: 1)])
            }
                == uneven)
        let keys = "its key frames are not one each 50 frames"
        #expect(try refusal { $0.randomAccessPoints.remove(at: 3) } == keys)
        #expect(
            try refusal {
                $0.randomAccessPoints.insert(
                    RandomAccessPoint(pts: 400, dts: 400, bytePosition: 1), at: 1)
            } == keys)
        #expect(try refusal { $0.randomAccessPoints[2].pts += 40 } == keys)
        #expect(
            try refusal { $0.coded?.reorderFrames = 3 }
                == "its pictures are decoded up to 3 places after they are due, and 2 are allowed")
    }

    @Test("packets that cannot stand as they are, or damage")
    func packets() throws {
        for (obstacle, words) in [
            (CodedPictures.Obstacle.storage, "MP4 and Matroska"), (.profile, "Baseline"),
            (.parameterSets, "parameter sets"), (.openGroups, "closed group"),
            (.packets, "packets"),
        ] {
            #expect(
                try refusal { $0.coded = CodedPictures(obstacle: obstacle) }.contains(words))
        }
        for stream in [0, nil] {
            #expect(
                try refusal(damage: [Damage(kind: .cutShort, streamIndex: stream, count: 1)])
                    == "the source is damaged")
        }
        let sound = try plan(damage: [Damage(kind: .corruptPackets, streamIndex: 7, count: 1)])
        #expect(sound.video?.renditions.first?.copied != nil)
        var strict = Self.profile
        strict.damage = .strict
        #expect(try refusal(strict).contains("only decoding can find"))
    }

    @Test("above the rung's cap, or beyond its buffer")
    func rate() throws {
        // 720p is at 3000 kbit/s: a cap of 4500 and a buffer of 6000.
        #expect(
            try refusal { $0.coded = Self.coded(Array(repeating: 22_700, count: 300)) }
                == "its rate of 4540 kb/s is above v720's cap, 4500 kb/s")
        var sizes = Array(repeating: Int32(10_000), count: 300)
        sizes[100] = 700_000
        #expect(
            try refusal { $0.coded = Self.coded(sizes) }
                == "at v720's cap of 4500 kb/s it needs a larger buffer than 6000 kb")
        sizes[100] = 600_000
        var track = Self.track()
        track.coded = Self.coded(sizes)
        #expect(try plan(track).video?.renditions.first?.copied != nil)
        #expect(try refusal { $0.coded?.needs = [] }.contains("larger buffer"))
    }

    /// An index is not believed.
    @Test("numbers of packets that no probe tells are refused")
    func bounds() throws {
        for change: (inout CodedPictures) -> Void in [
            { $0.byteCount = -1 }, { $0.byteCount = Int64.max }, { $0.reorderFrames = -1 },
            { $0.needs = [1] }, { $0.needs[0] = -1 }, { $0.needs[5] = Int64.max },
        ] {
            var track = Self.track()
            var coded = Self.coded([1, 2, 3])
            change(&coded)
            track.coded = coded
            let failure = #expect(throws: Failure.self) { try plan(track) }
            #expect(failure?.code == .brokenTimestamps)
        }
    }
}
