import Testing
import TranscodeModel

@testable import Planner

@Suite("Pictures: colours, ranges, fields and pulldown are planned as the source is")
struct PicturePlanningTests {
    private func track(
        _ color: ColorDescription, lines: Int = 720, light: LightMetadata? = nil,
        interlaced: Bool = false
    ) -> VideoTrack {
        let ticks = PlannerFixture.constantTicks(
            Rational(25), timeBase: Rational(1, 25), count: 100)
        var track = PlannerFixture.track(
            ticks: ticks, timeBase: Rational(1, 25), width: lines == 576 ? 720 : 1280,
            height: lines,
            interlaced: interlaced)
        track.color = color
        track.light = light
        return track
    }

    private func video(
        _ track: VideoTrack, _ codec: VideoCodec, _ range: DynamicRange, bitDepth: Int = 8,
        _ deinterlacing: Deinterlacing = .frame, maximum: Rational = Rational(60)
    ) throws -> (plan: Plan, video: VideoPlan) {
        var profile = PlannerFixture.profile
        profile.video?.codec = codec
        profile.video?.dynamicRange = range
        profile.video?.bitDepth = bitDepth
        profile.video?.deinterlacing = deinterlacing
        profile.video?.frameRateMaximum = maximum
        let plan = try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source, profile: profile)
        return (plan, try #require(plan.video))
    }

    private static let pq = ColorDescription(
        primaries: "bt2020", transfer: "smpte2084", matrix: "bt2020nc", isFullRange: false)
    private static let light = LightMetadata(
        mastering: MasteringDisplay(
            red: .init(x: 34000, y: 16000), green: .init(x: 13250, y: 34500),
            blue: .init(x: 7500, y: 3000), white: .init(x: 15635, y: 16450),
            luminanceMaximum: 40_000_000, luminanceMinimum: 50),
        content: ContentLight(maximum: 1200, averageMaximum: 300))

    @Test(
        "high dynamic range stays where profile and codec agree, and only there",
        arguments: [
            (VideoCodec.hevc, DynamicRange.source, true), (.av1, .source, true),
            (.h264, .source, false),
            (.hevc, .standard, false), (.av1, .standard, false), (.h264, .standard, false),
        ])
    func range(codec: VideoCodec, range: DynamicRange, isKept: Bool) throws {
        let (plan, video) = try video(track(Self.pq, light: Self.light), codec, range)
        #expect(video.treatment.toneMaps == !isKept)
        #expect(video.treatment.bitDepth == (isKept ? 10 : 8))
        #expect(video.light == (isKept ? Self.light : nil))
        #expect(video.color.transfer == (isKept ? "smpte2084" : "bt709"))
        #expect(video.color.matrix == (isKept ? "bt2020nc" : "bt709"))
        #expect(video.treatment.peakLuminance == 1200)
        let images = try #require(plan.images)
        #expect(images.treatment.toneMaps && images.color.transfer == "bt709")
        #expect(
            plan.warnings.contains { $0.contains("high dynamic range") }
                == (codec == .h264 && range == .source))
    }

    @Test("the peak is the content's, or else the display's, within reason")
    func peak() throws {
        func peak(_ light: LightMetadata?) -> Int {
            ColorPlanning.peakLuminance(track(Self.pq, light: light))
        }
        var display = Self.light
        display.content = nil
        #expect(peak(display) == 4000)
        #expect(peak(nil) == 1000)
        display.mastering?.luminanceMaximum = 1000
        #expect(peak(display) == 1000)
        #expect(peak(LightMetadata(content: ContentLight(maximum: 9, averageMaximum: 1))) == 100)
    }

    @Test("standard range is not touched by what is for high dynamic range")
    func standard() throws {
        let color = ColorDescription(
            primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: true)
        let (_, kept) = try video(track(color), .hevc, .source)
        #expect(!kept.treatment.toneMaps && kept.treatment.bitDepth == 8 && kept.light == nil)
        #expect(!kept.color.isFullRange)
        let (_, deep) = try video(track(color), .hevc, .source, bitDepth: 10)
        #expect(deep.treatment.bitDepth == 10)
    }

    @Test(
        "what is not said follows from what is, and then from the lines",
        arguments: [
            ("unknown", 576, "bt470bg", "smpte170m"), ("unknown", 480, "smpte170m", "smpte170m"),
            ("unknown", 1080, "bt709", "bt709"), ("bt709", 480, "bt709", "bt709"),
            ("smpte170m", 1080, "smpte170m", "smpte170m"),
            ("bt2020nc", 1080, "bt2020", "bt2020-10"),
        ])
    func assumptions(matrix: String, lines: Int, primaries: String, transfer: String) {
        var track = track(.unknown, lines: lines)
        track.width = lines < 720 ? 720 : 1920
        track.color.matrix = matrix
        let color = ColorPlanning.outputColor(track, keepsRange: false)
        #expect(color.primaries == primaries)
        #expect(color.transfer == transfer)
        #expect(matrix == "unknown" || color.matrix == matrix)
    }

    @Test(
        "each field is a frame where the profile asks, the source is interlaced and the rate allows"
    )
    func fields() throws {
        let color = ColorDescription.unknown
        let (_, doubled) = try video(track(color, interlaced: true), .h264, .standard, .field)
        #expect(doubled.grid.rate == Rational(50))
        #expect(doubled.grid.frames == 200)
        #expect(doubled.treatment.doublesRate)
        // Field 2 n + 1 is half a tick of the source's later than field 2 n.
        let base = doubled.treatment.timeBase(of: Rational(1, 25))
        for frame in 0..<200 {
            #expect(doubled.grid.deadlineTicks(frame: frame, timeBase: base) == Int64(frame) + 1)
        }
        let (_, capped) = try video(
            track(color, interlaced: true), .h264, .standard, .field, maximum: Rational(30))
        #expect(capped.grid.rate == Rational(25) && !capped.treatment.doublesRate)
        #expect(capped.treatment.deinterlaces)
        let (_, progressive) = try video(track(color), .h264, .standard, .field)
        #expect(progressive.grid.rate == Rational(25) && !progressive.treatment.doublesRate)
    }

    @Test(
        "film with pulldown flags gets its own rate, each frame once",
        arguments: [Rational(1, 90_000), Rational(1, 1000)], [[2, 3], [3, 2]])
    func pulldown(timeBase: Rational, pattern: [Int]) throws {
        var ticks: [Int64] = []
        var field = 0
        for frame in 0..<400 {
            ticks.append((Rational(Int64(field)) * Rational(1001, 60_000) / timeBase).rounded)
            field += pattern[frame % 2]
        }
        for average in [nil, Rational(30000, 1001), Rational(24000, 1001)] {
            let track = PlannerFixture.track(ticks: ticks, timeBase: timeBase, average: average)
            let grid = try GridBuilder.grid(track, rateMaximum: Rational(60))
            #expect(grid.rate == Rational(24000, 1001))
            #expect(grid.frames == 400)
            for frame in 0..<400 {
                let deadline = grid.deadlineTicks(frame: frame, timeBase: timeBase)
                #expect(ticks[frame] < deadline)
                #expect(frame == 399 || ticks[frame + 1] >= deadline)
            }
        }
    }

    @Test("a metadata value out of range is refused: it came from a worker")
    func outOfRange() {
        var light = Self.light
        light.mastering?.luminanceMaximum = 100_000_001
        #expect(throws: Failure.self) {
            try IndexBounds.check(PlannerFixture.index([track(Self.pq, light: light)]))
        }
    }
}
