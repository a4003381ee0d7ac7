import Testing
import TranscodeModel

@testable import Planner

@Suite("Sound plans: which tracks, in which forms, with which one first")
struct SoundPlanningTests {
    private func plan(
        _ tracks: [AudioTrack], _ change: (inout Profile) -> Void = { _ in }
    ) throws -> Plan {
        var profile = PlannerFixture.profile
        change(&profile)
        let index = PlannerFixture.index(
            profile.video == nil
                ? [] : [PlannerFixture.track(ticks: [0, 40], timeBase: Rational(1, 1000))], tracks)
        return try Planning.plan(index: index, source: PlannerFixture.source, profile: profile)
    }

    private func track(_ stream: Int, channels: Int = 2, roles: [SoundRole]? = nil) -> AudioTrack {
        var track = PlannerFixture.audio(stream, start: 0, end: 80)
        track.channels = channels
        track.roles = roles
        return track
    }

    @Test("5.1 is made beside stereo, of tracks with more than two channels, where it is asked for")
    func surround() throws {
        let tracks = [track(1), track(2, channels: 8)]
        #expect(try plan(tracks).audio.map(\.channels) == [2, 2])
        let audio = try plan(tracks) {
            $0.audio?.codec = .opus
            $0.audio?.surround = SurroundSettings(kilobitsPerSecond: 384)
        }.audio
        #expect(audio.map(\.name) == ["a1", "a2", "a2-surround"])
        #expect(audio.map(\.channels) == [2, 2, 6])
        #expect(audio.map(\.codec) == [.opus, .opus, .aac])
        #expect(audio.map(\.surroundOf) == [nil, nil, "a2"])
        #expect(audio.map(\.kilobitsPerSecond) == [128, 128, 384])
        #expect(audio.map(\.streamIndex) == [1, 2, 2])
    }

    @Test("a commentary is the default only when the source says so")
    func defaults() throws {
        let commentary = track(1, roles: [.commentary])
        #expect(try plan([commentary, track(2)]).audio.map(\.streamIndex) == [2, 1])
        var chosen = commentary
        chosen.isDefault = true
        #expect(try plan([track(2), chosen]).audio.map(\.streamIndex) == [1, 2])
        #expect(try plan([track(2), chosen]).audio.map(\.isDefault) == [true, false])
    }

    @Test("a track with an absurd rate is left out, and said to be; alone, it is no sound at all")
    func absurdRates() throws {
        var absurd = track(1)
        absurd.sampleRate = 1 << 20
        let mixed = try plan([absurd, track(2)])
        #expect(mixed.audio.map(\.streamIndex) == [2])
        #expect(mixed.warnings.count == 1 && mixed.warnings[0].contains("1048576 samples a second"))
        let failure = #expect(throws: Failure.self) {
            try plan([absurd]) { $0.video = nil }
        }
        #expect(failure?.code == .profileMismatch)
    }

    @Test(
        "pictures are held for the sound that is delivered, and for no other",
        arguments: [true, false])
    func holding(isConstant: Bool) throws {
        let ticks: [Int64] = [0, 40, 80, 120, isConstant ? 160 : 190]
        let picture = PlannerFixture.track(
            ticks: ticks, timeBase: Rational(1, 1000), lastDuration: 40)
        func duration(_ tracks: [AudioTrack]) throws -> Rational {
            var profile = PlannerFixture.profile
            profile.audio?.tracksMaximum = 1
            profile.video?.timestamps = .source
            return try Planning.plan(
                index: PlannerFixture.index([picture], tracks), source: PlannerFixture.source,
                profile: profile
            ).duration
        }
        let short = PlannerFixture.audio(1, start: 0, end: 200)
        let alone = try duration([short])
        #expect(alone < Rational(1))
        // Left out: it comes second, it is a commentary, or its rate is absurd.
        let second = PlannerFixture.audio(2, start: -5000, end: 60_000)
        #expect(try duration([short, second]) == alone)
        var commentary = second
        commentary.roles = [.commentary]
        #expect(try duration([commentary, short]) == alone)
        var absurd = second
        absurd.sampleRate = 1 << 20
        absurd.isDefault = true
        #expect(try duration([absurd, short]) == alone)
        var chosen = second
        chosen.isDefault = true
        #expect(try duration([short, chosen]) >= Rational(65))
    }

    @Test("sound alone becomes a progressive file too; still images it cannot become")
    func audioOnly() throws {
        let index = PlannerFixture.index([], [PlannerFixture.audio(0, start: 0, end: 5000)])
        var profile = PlannerFixture.profile
        profile.packaging = .progressive
        let plan = try Planning.plan(
            index: index, source: PlannerFixture.source, profile: profile)
        #expect(plan.packaging == .progressive && plan.video == nil && plan.audio.count == 1)
        #expect(plan.warnings == ["The source has no pictures: only sound is made."])
        profile.packaging = .images
        #expect(throws: Failure.self) {
            try Planning.plan(index: index, source: PlannerFixture.source, profile: profile)
        }
    }
}
