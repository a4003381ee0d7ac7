/// Sound to go with footage, in stereo of 16 bits, made of whole numbers.
struct FootageSound {
    let kind: FootageKind
    static let rate = 48_000

    /// Interleaved bytes of some samples, little-endian.
    func bytes(_ samples: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(samples.count * 4)
        for sample in samples {
            for channel in 0..<2 {
                let value = UInt16(bitPattern: Int16(clamping: value(sample, channel)))
                bytes.append(UInt8(truncatingIfNeeded: value))
                bytes.append(UInt8(truncatingIfNeeded: value >> 8))
            }
        }
        return bytes
    }

    private func value(_ sample: Int, _ channel: Int) -> Int {
        let noise = Int(FootageNoise.mixed(sample, channel) & 4095) - 2048
        switch kind {
        case .film:
            // A chord that changes each second, and a drum on each half.
            let root = [220, 247, 262, 196][sample / FootageSound.rate % 4]
            let chord = wave(root, sample) + wave(root * 5 / 4, sample) + wave(root * 3 / 2, sample)
            let sinceBeat = sample % (FootageSound.rate / 2)
            return chord * (3 + channel) / 16 + noise * max(0, 4000 - sinceBeat) / 1000
        case .screen:
            // Keys that are struck now and then, in a quiet room.
            let stroke = sample / 6000
            let isStruck = FootageNoise.mixed(stroke, 1) & 3 == 0
            return noise / 64 + (isStruck ? noise * max(0, 1200 - sample % 6000) / 400 : 0)
        case .camera:
            // A voice: a buzz with syllables, over wind.
            let syllable = FootageNoise.mixed(sample / 9000, 2)
            let pitch = 110 + Int(syllable & 63)
            let loud = syllable >> 8 & 3 == 0 ? 0 : abs(wave(3, sample))
            return wave(pitch, sample) * loud / 20_000 + wave(pitch * 3, sample) * loud / 60_000
                + noise / 8
        }
    }

    /// A wave of so many hertz that is nearly a sine: two parabolas, from −16384 to 16384.
    private func wave(_ hertz: Int, _ sample: Int) -> Int {
        let phase = sample * hertz % FootageSound.rate
        let half = FootageSound.rate / 2
        let place = phase % half
        let height = 4 * place * (half - place) / half * 16_384 / half
        return phase < half ? height : -height
    }
}
