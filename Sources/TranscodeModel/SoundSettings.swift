/// How loud a profile wants its sound (EBU R 128, measured as in ITU-R BS.1770).
public struct LoudnessTarget: Hashable, Sendable, Codable {
    /// The integrated loudness to reach, in LUFS: -36 to -5.
    public var integrated: Rational
    /// What the true peak stays at or below, in dBTP: -9 to 0. It bounds the gain.
    public var truePeak: Rational

    public init(integrated: Rational, truePeak: Rational) {
        self.integrated = integrated
        self.truePeak = truePeak
    }
}

/// A rendition in 5.1, beside the stereo one, of each track with more than two channels. Always AAC-LC.
public struct SurroundSettings: Hashable, Sendable, Codable {
    /// Of all six channels together.
    public var kilobitsPerSecond: Int

    public init(kilobitsPerSecond: Int) { self.kilobitsPerSecond = kilobitsPerSecond }
}

/// What a track is for, where its container says more than that it is sound.
public enum SoundRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// People talk about the work.
    case commentary
    /// Tells people who cannot see what there is to see.
    case description
    /// Speech stands out, for people who are hard of hearing.
    case clearSpeech = "clear-speech"
    /// Another language than that of the work.
    case dub
}

/// What was measured of a rendition before it was encoded, and what was done about it.
public struct LoudnessRecord: Hashable, Sendable, Codable {
    /// Integrated, in thousandths of a LUFS; -70,000 is silence, or less than can be measured.
    public var integratedThousandths: Int
    /// In thousandths of a dBTP; nil for silence.
    public var truePeakThousandths: Int?
    /// Applied to every sample, in thousandths of a decibel.
    public var gainThousandths: Int

    public init(integratedThousandths: Int, truePeakThousandths: Int?, gainThousandths: Int) {
        self.integratedThousandths = integratedThousandths
        self.truePeakThousandths = truePeakThousandths
        self.gainThousandths = gainThousandths
    }

    /// At this loudness and below nothing is measured (BS.1770's absolute gate).
    public static let gateThousandths = -70_000

    /// The gain that brings a measured track to `target`, as far as its peak allows; 0 for what is not
    /// above the gate.
    public static func gain(
        integratedThousandths integrated: Int, truePeakThousandths peak: Int?,
        target: LoudnessTarget
    ) -> Int {
        guard integrated > gateThousandths, let peak else { return 0 }
        let wanted = Int((target.integrated * Rational(1000)).rounded) - integrated
        let room = Int((target.truePeak * Rational(1000)).rounded) - peak
        return min(wanted, room)
    }
}
