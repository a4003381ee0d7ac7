import Testing
import TranscodeModel

@testable import Planner

@Suite("Text, chapters and cover art in a plan")
struct TextPlanningTests {
    private func text(_ stream: Int, isDefault: Bool = false) -> TextTrack {
        TextTrack(
            streamIndex: stream, codec: "subrip", language: "eng", title: nil,
            isDefault: isDefault, isForced: false, isHearingImpaired: false,
            timeBase: Rational(1, 1000))
    }

    private var profile: Profile {
        var profile = PlannerFixture.profile
        profile.text = TextSettings(tracksMaximum: 2)
        return profile
    }

    private func index(_ text: [TextTrack], _ chapters: [Chapter] = []) -> SourceIndex {
        // 25 frames a second from 2 s on, for 10 s.
        let ticks = PlannerFixture.constantTicks(
            Rational(25), timeBase: Rational(1, 1000), count: 250, first: 2000)
        var index = PlannerFixture.index([
            PlannerFixture.track(ticks: ticks, timeBase: Rational(1, 1000), lastDuration: 40)
        ])
        index.text = text
        index.chapters = chapters
        return index
    }

    private func plan(_ index: SourceIndex, _ profile: Profile) throws -> Plan {
        try Planning.plan(index: index, source: PlannerFixture.source, profile: profile)
    }

    @Test("one unit makes all text, at the pictures' origin and in their segments")
    func renditions() throws {
        let plan = try plan(
            index([text(1), text(2, isDefault: true), text(3), text(4, isDefault: true)]), profile)
        #expect(plan.text.map(\.streamIndex) == [2, 4] && plan.text.map(\.name) == ["t1", "t2"])
        #expect(plan.text.map(\.isDefault) == [true, false])
        #expect(plan.text.allSatisfy { $0.origin == Rational(2) && $0.duration == Rational(10) })
        #expect(plan.text.allSatisfy { $0.segmentDuration == Rational(6) })
        #expect(plan.units.count { $0.work == .text } == 1)
        let unit = try #require(plan.units.first { $0.work == .text })
        for kind in [UnitKind.package, .verify, .publish] {
            #expect(
                plan.units.contains {
                    $0.work.kind == kind && $0.dependencies.contains(unit.position)
                })
        }
        #expect(
            plan.warnings == [
                "Text stream 1 is left out: the profile takes 2 tracks.",
                "Text stream 3 is left out: the profile takes 2 tracks.",
            ])
    }

    @Test("segments of text are those of the pictures, where frames keep their own times too")
    func cadence() throws {
        // 30 frames a second, then 12: no whole number of frames makes a segment.
        let ticks = (0..<90).map { $0 * 33 } + (0..<120).map { 3000 + $0 * 83 }
        var index = index([text(1)])
        index.video = [
            PlannerFixture.track(
                ticks: ticks.map(Int64.init), timeBase: Rational(1, 1000), lastDuration: 83)
        ]
        var own = profile
        own.video?.timestamps = .source
        let plan = try plan(index, own)
        let video = try #require(plan.video)
        #expect(video.grid.cadence != nil)
        #expect(plan.text.map(\.segmentDuration) == [Rational(6)])
        #expect(plan.text[0].segmentDuration == video.timing.segmentSpans.duration)
        #expect(plan.audio.allSatisfy { $0.segmentDuration == plan.text[0].segmentDuration })
    }

    @Test("a profile without text says what it leaves out")
    func none() throws {
        var silent = profile
        silent.text = nil
        let plan = try plan(index([text(5)]), silent)
        #expect(plan.text == [] && !plan.units.contains { $0.work == .text })
        #expect(plan.warnings == ["Text stream 5 is left out: the profile takes no text."])
    }

    @Test("chapters are clipped to the output and to each other")
    func chapters() throws {
        func chapter(_ start: Int64, _ end: Int64, _ title: String) -> Chapter {
            Chapter(start: Rational(start, 1000), end: Rational(end, 1000), title: title)
        }
        let plan = try plan(
            index(
                [],
                [
                    chapter(0, 1000, "before"), chapter(1000, 4000, "a"), chapter(3500, 3500, ""),
                    chapter(3500, 9000, "same start"), chapter(5000, 90_000, "c"),
                    chapter(12_000, 13_000, "after"),
                ]), profile)
        #expect(
            plan.chapters == [
                chapter(0, 1500, "a"), chapter(1500, 3000, "Chapter 2"), chapter(3000, 10_000, "c"),
            ])
    }

    @Test("cover art is the poster of sound, and only of sound")
    func cover() throws {
        let omitted = OmittedStream(
            streamIndex: 1, kind: "video", codec: "png", reason: "cover art")
        let art = CoverArt(streamIndex: 1, codec: "png", width: 3000, height: 2000)
        var sound = PlannerFixture.index([], [PlannerFixture.audio(0, start: 0, end: 5000)])
        (sound.coverArt, sound.omitted) = ([art], [omitted])
        let plan = try plan(sound, profile)
        let images = try #require(plan.images)
        #expect(images.isCoverArt && images.streamIndex == 1)
        #expect(images.posterWidth == 1080 && images.posterHeight == 720)
        #expect(plan.units.count { $0.work == .images } == 1)
        #expect(!plan.warnings.contains { $0.contains("cover art") })
        var film = index([])
        (film.coverArt, film.omitted) = ([art], [omitted])
        let pictures = try self.plan(film, profile)
        #expect(pictures.images?.isCoverArt == false)
        #expect(pictures.warnings == ["Stream 1 (video, png) is left out: cover art."])
    }

    @Test("no number of an index is believed")
    func bounds() {
        var wild = text(1)
        wild.timeBase = Rational(1, 1 << 40)
        #expect(throws: Failure.self) { try plan(index([wild]), profile) }
        let far = Chapter(start: Rational(.max), end: Rational(.max), title: "")
        let fine = Chapter(start: Rational(1, 7), end: .one, title: "")
        let long = Chapter(
            start: .zero, end: .one, title: String(repeating: "x", count: 100_000))
        for chapter in [far, fine, long] {
            #expect(throws: Failure.self) { try plan(index([], [chapter]), profile) }
        }
    }
}
