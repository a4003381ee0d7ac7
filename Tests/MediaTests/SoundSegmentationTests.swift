import SeededRandom
import Testing
import TranscodeModel

@testable import Media

/// Segments end on the first codec frame at or after each boundary, and none is tiny.
struct SoundSegmentationTests {
    @Test(arguments: 0..<100)
    func endsAreTheFirstBoundariesAtOrAfter(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let rate = [22_050, 44_100, 48_000].randomElement(using: &random)!
        let length = [Rational(6), Rational(6006, 1000), Rational(2), Rational(1, 100)]
            .randomElement(using: &random)!
        let frame = [960, 1024].randomElement(using: &random)!
        let priming = [0, 312, 1024].randomElement(using: &random)!
        let samples = Int.random(in: 1...rate * 40, using: &random)
        let lead = Bool.random(using: &random) ? length / Rational(3) : nil
        let segmentation = SoundSegmentation(
            frameSize: frame, priming: priming,
            rendition: SoundBench.rendition(
                rate: rate, seconds: Rational(Int64(samples), Int64(rate)), segment: length,
                lead: lead))
        let frames = (samples + priming + frame - 1) / frame
        let ends = (1...frames).filter { segmentation.endsFragment(afterFrames: $0) }

        // The simple model: go through the boundaries one by one.
        var expected: [Int] = []
        var boundary = lead == nil ? 1 : 0
        while true {
            let place = boundary == 0 ? lead! : Rational(Int64(boundary)) * length
            let limit = place * Rational(Int64(rate))
            let count = ((limit + Rational(Int64(priming))) / Rational(Int64(frame))).ceiling
            let end = Int(count) * frame - priming
            guard 2 * (samples - end) >= rate else { break }
            if expected.last != Int(count) { expected.append(Int(count)) }
            boundary += 1
        }
        #expect(ends == expected)
    }
}
