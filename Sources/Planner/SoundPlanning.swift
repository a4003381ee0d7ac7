import TranscodeModel

/// Which audio renditions a source gets, and where each starts and ends (I9).
enum SoundPlanning {
    /// The presentation that the sound belongs to; without pictures, it sets its own.
    struct Picture {
        var origin: Rational
        var duration: Rational
        var segments: SegmentSpans
        var frameDuration: Rational
    }

    static func renditions(
        _ tracks: [AudioTrack], _ settings: AudioSettings, picture: Picture?,
        segmentSeconds: Int, damage: [Damage] = [], warnings: inout [String]
    ) -> [AudioRendition] {
        let kept = kept(tracks, settings)
        warnings += reasonsToLeaveOut(tracks, settings)
        let origin =
            picture?.origin
            ?? kept.map { Rational($0.startTicks) * $0.timeBase }.min() ?? .zero
        return kept.enumerated().flatMap { index, track in
            let rate = sampleRate(track, settings.codec)
            let samples = samples(track, rate, origin, picture, &warnings)
            let plain = AudioRendition(
                name: "a\(index + 1)", streamIndex: track.streamIndex, sourceClock: track.clock,
                codec: settings.codec,
                kilobitsPerSecond: settings.kilobitsPerSecond, sampleRate: rate,
                channels: min(2, max(1, track.channels)), language: track.language,
                title: track.title, isDefault: index == 0, origin: origin, samples: samples,
                segmentDuration: picture?.segments.duration ?? Rational(Int64(segmentSeconds)),
                segmentLead: picture?.segments.lead,
                roles: track.roles, loudness: settings.loudness)
            let isDamaged = damage.contains { $0.streamIndex == track.streamIndex }
            func copied(_ rendition: AudioRendition) -> AudioRendition {
                var rendition = rendition
                rendition.copied = SoundCopying.copied(
                    track, rendition, settings, isDamaged: isDamaged)
                return rendition
            }
            guard let surround = settings.surround, track.channels > 2 else {
                return [copied(plain)]
            }
            return [copied(plain), copied(inSurround(plain, surround))]
        }
    }

    /// The same track in 5.1.
    private static func inSurround(
        _ plain: AudioRendition, _ settings: SurroundSettings
    ) -> AudioRendition {
        var rendition = plain
        rendition.name = plain.name + "-surround"
        rendition.surroundOf = plain.name
        rendition.codec = .aac
        rendition.channels = 6
        rendition.kilobitsPerSecond = settings.kilobitsPerSecond
        return rendition
    }

    /// What can be resampled: from the telephone's old rates to those of DSD.
    private static let sampleRates = 1000...768_000

    static func hasUsable(_ tracks: [AudioTrack]) -> Bool {
        tracks.contains { sampleRates.contains($0.sampleRate) }
    }

    /// The tracks that are delivered, in their order.
    static func kept(_ tracks: [AudioTrack], _ settings: AudioSettings) -> [AudioTrack] {
        Array(ranked(tracks).prefix(settings.tracksMaximum))
    }

    private static func reasonsToLeaveOut(
        _ tracks: [AudioTrack], _ settings: AudioSettings
    ) -> [String] {
        let unusable = tracks.filter { !sampleRates.contains($0.sampleRate) }
        return unusable.map { track in
            "Audio stream \(track.streamIndex) is left out: it has \(track.sampleRate) "
                + "samples a second, and \(sampleRates.lowerBound) to "
                + "\(sampleRates.upperBound) can be converted."
        }
            + ranked(tracks).dropFirst(settings.tracksMaximum).map { track in
                "Audio stream \(track.streamIndex) is left out: the profile takes "
                    + "\(settings.tracksMaximum) tracks."
            }
    }

    /// Those that can be used. The first is the default: a track that says so, or else one with no special purpose.
    private static func ranked(_ tracks: [AudioTrack]) -> [AudioTrack] {
        func rank(_ track: AudioTrack) -> Int {
            track.isDefault ? 0 : track.roles == nil ? 1 : 2
        }
        let usable = tracks.filter { sampleRates.contains($0.sampleRate) }
        return (0...2).flatMap { wanted in usable.filter { rank($0) == wanted } }
    }

    /// Opus codes 48 kHz only; AAC keeps the two rates that every player knows.
    private static func sampleRate(_ track: AudioTrack, _ codec: AudioCodec) -> Int {
        codec == .aac && track.sampleRate == 44_100 ? 44_100 : 48_000
    }

    /// As long as the pictures; sound that goes on for more than a second after them keeps its end.
    private static func samples(
        _ track: AudioTrack, _ rate: Int, _ origin: Rational, _ picture: Picture?,
        _ warnings: inout [String]
    ) -> Int {
        // Whole samples, so that two clocks with unlike units never meet in one fraction.
        let end = Rational(
            ((Rational(track.endTicks) * track.timeBase) * Rational(Int64(rate))).rounded,
            Int64(rate))
        let own = end - origin
        var duration = own
        if let picture {
            let overhang = own - picture.duration
            if overhang <= .one { duration = picture.duration }
            if overhang > .one {
                warnings.append(
                    "Audio stream \(track.streamIndex) goes on for \(overhang.rounded) s after the "
                        + "last picture.")
            } else if overhang > picture.frameDuration {
                warnings.append(
                    "The last \((overhang * Rational(1000)).rounded) ms of audio stream "
                        + "\(track.streamIndex) are after the last picture and are cut.")
            }
        }
        return max(1, Int((duration * Rational(Int64(rate))).rounded))
    }
}
