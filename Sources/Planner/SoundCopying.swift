import TranscodeModel

/// Whether a track is already what a rendition is to be, so that its packets are copied (media rule 6).
enum SoundCopying {
    /// Nil where the sound has to be encoded.
    ///
    /// The first packet that is heard has one before it, as AAC needs: the source's own or a silent one. So players drop
    /// one codec frame and less than another before sample 0, which is where an encoder's would be.
    static func copied(
        _ track: AudioTrack, _ rendition: AudioRendition, _ settings: AudioSettings, isDamaged: Bool
    ) -> CopiedSound? {
        guard settings.copies == true, let coded = track.coded, !isDamaged, track.codec == "aac",
            track.clock.splices.isEmpty, rendition.codec == .aac, rendition.loudness == nil,
            rendition.channels == track.channels, rendition.sampleRate == track.sampleRate
        else { return nil }
        let frame = Int128(CodedSound.frameSamples)
        let kilobits = rate(coded, track.sampleRate)
        guard kilobits * 10 <= rendition.kilobitsPerSecond * 11,
            let start = start(coded, track, rendition)
        else { return nil }
        // The packet that sample 0 is in, and the one before it; silent ones where there are none.
        let heard = start > 0 ? -((start + frame - 1) / frame) : -start / frame
        let first = heard - 1
        let leading = max(0, -first)
        let priming = -(start + first * frame)
        let frames = (Int128(rendition.samples) + priming + frame - 1) / frame
        let lower = max(0, first)
        let upper = min(Int128(coded.packets), lower + frames - leading)
        guard upper > lower, let leadingFrames = Int(exactly: leading),
            let trailingFrames = Int(exactly: frames - leading - (upper - lower))
        else { return nil }
        return CopiedSound(
            leadingFrames: leadingFrames, trailingFrames: trailingFrames,
            packets: Int(lower)..<Int(upper), primingSamples: Int(priming),
            kilobitsPerSecond: kilobits)
    }

    /// Kilobits a second, rounded up.
    private static func rate(_ coded: CodedSound, _ sampleRate: Int) -> Int {
        let samples = Int128(coded.packets) * Int128(CodedSound.frameSamples)
        let bits = Int128(coded.byteCount) * 8 * Int128(sampleRate)
        return Int((bits + samples * 1000 - 1) / (samples * 1000))
    }

    /// The first sample of the first packet, counted from sample 0 of the rendition: nearest to the time that the source
    /// states. Nil for times that meet in no whole number.
    private static func start(
        _ coded: CodedSound, _ track: AudioTrack, _ rendition: AudioRendition
    ) -> Int128? {
        let (base, origin) = (track.timeBase, rendition.origin)
        let below = Int128(base.denominator) * Int128(origin.denominator)
        let (own, first) = (Int128(coded.startTicks) * Int128(base.numerator))
            .multipliedReportingOverflow(by: Int128(origin.denominator))
        let (other, second) = Int128(origin.numerator)
            .multipliedReportingOverflow(by: Int128(base.denominator))
        let (above, third) = (own - other).multipliedReportingOverflow(
            by: 2 * Int128(rendition.sampleRate))
        guard !first, !second, !third else { return nil }
        let doubled = above / below - (above % below < 0 ? 1 : 0)
        let sample = (doubled + 1) >> 1
        return sample.magnitude < 1 << 50 ? sample : nil
    }
}
