import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

/// Sound that is already what is wanted is copied, from the exact sample on, and nothing else is.
struct SoundCopyingTests {
    private static func track(
        start: Int64 = -1024, packets: Int = 470, bytes: Int64 = 100_000
    ) -> AudioTrack {
        var track = AudioTrack(
            streamIndex: 1, codec: "aac", sampleRate: 48_000, channels: 2, channelLayout: "stereo",
            language: "und", title: nil, isDefault: true, timeBase: Rational(1, 48_000),
            startTicks: max(start, 0), endTicks: start + Int64(packets) * 1024)
        track.coded = CodedSound(startTicks: start, packets: packets, byteCount: bytes)
        return track
    }

    private static func rendition(origin: Rational = .zero, samples: Int) -> AudioRendition {
        AudioRendition(
            name: "a1", streamIndex: 1, codec: .aac, kilobitsPerSecond: 128, sampleRate: 48_000,
            channels: 2, language: "und", title: nil, isDefault: true, origin: origin,
            samples: samples, segmentDuration: Rational(6))
    }

    private static let settings = AudioSettings(
        codec: .aac, kilobitsPerSecond: 128, tracksMaximum: 1, copies: true)

    @Test func anEncodersOwnPrimingIsKept() {
        let copied = SoundCopying.copied(
            Self.track(), Self.rendition(samples: 480_000), Self.settings, isDamaged: false)
        #expect(
            copied
                == CopiedSound(
                    leadingFrames: 0, trailingFrames: 0, packets: 0..<470, primingSamples: 1024,
                    kilobitsPerSecond: 80))
    }

    /// Every codec frame is heard when the source says, whatever the start and the end.
    @Test func everySampleIsInItsPlace() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<5000 {
            let start = Int64.random(in: -20_000...20_000, using: &random)
            let packets = Int.random(in: 1...40, using: &random)
            let samples = Int.random(in: 1...60_000, using: &random)
            let shift = Int64.random(in: 0...5000, using: &random)
            let track = Self.track(start: start + shift, packets: packets, bytes: 100)
            let rendition = Self.rendition(origin: Rational(shift, 48_000), samples: samples)
            let end = start + Int64(packets) * 1024
            guard
                let copied = SoundCopying.copied(
                    track, rendition, Self.settings, isDamaged: false)
            else {
                // Nothing of it is heard.
                #expect(end <= 0 || start >= Int64(samples) - 1024)
                continue
            }
            #expect((1024..<2048).contains(copied.primingSamples))
            #expect(copied.packets.upperBound <= packets && !copied.packets.isEmpty)
            // The first packet that is copied.
            #expect(
                Int64(copied.leadingFrames * 1024 - copied.primingSamples)
                    == start + Int64(copied.packets.lowerBound) * 1024)
            // Silence stands in only where there is nothing.
            #expect(copied.leadingFrames == 0 || copied.packets.lowerBound == 0)
            #expect(copied.trailingFrames == 0 || copied.packets.upperBound == packets)
            let frames = copied.leadingFrames + copied.packets.count + copied.trailingFrames
            let heard = frames * 1024 - copied.primingSamples
            #expect(heard >= samples && heard - samples < 1024)
        }
    }

    @Test func whatIsNotWantedIsEncoded() {
        func copied(
            _ track: AudioTrack = Self.track(), _ settings: AudioSettings = Self.settings,
            damaged: Bool = false, _ change: (inout AudioRendition) -> Void = { _ in }
        ) -> CopiedSound? {
            var rendition = Self.rendition(samples: 480_000)
            change(&rendition)
            return SoundCopying.copied(track, rendition, settings, isDamaged: damaged)
        }
        #expect(copied() != nil)
        #expect(copied(damaged: true) == nil)
        #expect(copied { $0.codec = .opus } == nil)
        #expect(copied { $0.sampleRate = 44_100 } == nil)
        #expect(copied { $0.channels = 1 } == nil)
        #expect(
            copied { $0.loudness = LoudnessTarget(integrated: Rational(-16), truePeak: .zero) }
                == nil)
        #expect(copied { $0.kilobitsPerSecond = 72 } == nil)
        #expect(copied { $0.kilobitsPerSecond = 73 } != nil)
        var settings = Self.settings
        settings.copies = false
        #expect(copied(Self.track(), settings) == nil)
        settings.copies = nil
        #expect(copied(Self.track(), settings) == nil)
        var track = Self.track()
        track.coded = nil
        #expect(copied(track) == nil)
        track = Self.track()
        track.codec = "aac_latm"
        #expect(copied(track) == nil)
        track = Self.track()
        track.clock = SourceClock(splices: [TimeSplice(bytePosition: 1, offsetTicks: 1)])
        #expect(copied(track) == nil)
    }

    @Test func thePlanSaysWhatIsCopied() throws {
        var profile = PlannerFixture.profile
        let index = PlannerFixture.index(
            [PlannerFixture.track(ticks: [0, 40, 80], timeBase: Rational(1, 1000))], [Self.track()])
        func audio() throws -> (AudioRendition?, Digest?) {
            let plan = try Planning.plan(
                index: index, source: PlannerFixture.source, profile: profile)
            return (
                plan.audio.first, plan.units.first { $0.work == .audio(rendition: "a1") }?.content
            )
        }
        let encoded = try audio()
        #expect(encoded.0?.copied == nil)
        profile.audio?.copies = true
        let copied = try audio()
        #expect(copied.0?.copied?.primingSamples == 1024)
        #expect(copied.1 != encoded.1)
    }

    /// An index is not believed.
    @Test func impossibleCountsAreRefused() {
        for coded in [
            CodedSound(startTicks: .min, packets: 1, byteCount: 1),
            CodedSound(startTicks: 0, packets: 0, byteCount: 1),
            CodedSound(startTicks: 0, packets: .max, byteCount: 1),
            CodedSound(startTicks: 0, packets: 1, byteCount: -1),
            CodedSound(startTicks: 0, packets: 1, byteCount: .max),
        ] {
            var track = Self.track()
            track.coded = coded
            #expect(throws: Failure.self) {
                try IndexBounds.check(PlannerFixture.index([], [track]))
            }
        }
    }
}
