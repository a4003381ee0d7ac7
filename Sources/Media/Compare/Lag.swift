import CLibAV
import TranscodeModel
import WorkerProtocol

/// The lag of finished sound by cross-correlation.
enum Lag {
    /// Energies below this mean, per sample, are silence: −60 dB of full scale.
    private static let silence = 1e-6

    /// Looks at a window of the source from `start` on.
    static func measure(
        _ original: borrowing FoldedSound, _ finished: borrowing FoldedSound, from start: Int,
        _ scale: SoundScale
    ) -> LagMeasurement {
        let span = start..<start + scale.window
        let energy = energy(original, span, 0)
        guard energy > silence * Double(scale.window),
            self.energy(finished, span, 0) > silence * Double(scale.window)
        else { return LagMeasurement(milliseconds: 0, correlation: -1) }
        var best = (lag: 0, value: correlation(original, finished, span, 0, energy))
        var values: [Int: Double] = [0: best.value]
        // From near to far, and only what is clearly better: a steady tone fits at each of its periods.
        for distance in 1...scale.lagMaximum {
            for lag in [-distance, distance] {
                let value = correlation(original, finished, span, lag, energy)
                values[lag] = value
                if value > best.value + (abs(lag - best.lag) == 1 ? 0 : 0.01) {
                    best = (lag, value)
                }
            }
        }
        let refined =
            Double(best.lag) + peak(values[best.lag - 1], best.value, values[best.lag + 1])
        return LagMeasurement(
            milliseconds: Float(refined / scale.ratePerMillisecond),
            correlation: Float(min(max(best.value, 0), 1)))
    }

    /// Where a parabola through three neighbours has its top, from the middle one, in folded samples.
    private static func peak(_ before: Double?, _ here: Double, _ after: Double?) -> Double {
        guard let before, let after else { return 0 }
        let bend = before - 2 * here + after
        guard bend < -1e-9 else { return 0 }
        return min(max((before - after) / (2 * bend), -0.5), 0.5)
    }

    private static func correlation(
        _ original: borrowing FoldedSound, _ finished: borrowing FoldedSound, _ span: Range<Int>,
        _ lag: Int, _ energy: Double
    ) -> Double {
        var product = 0.0
        for channel in 0..<original.channels {
            product += original.product(finished, channel, span, shiftedBy: lag)
        }
        let other = self.energy(finished, span, lag)
        return other > 0 ? product / (energy * other).squareRoot() : 0
    }

    private static func energy(
        _ sound: borrowing FoldedSound, _ span: Range<Int>, _ lag: Int
    ) -> Double {
        let shifted = span.lowerBound + lag..<span.upperBound + lag
        return (0..<sound.channels).reduce(into: 0) {
            $0 += sound.product(sound, $1, shifted, shiftedBy: 0)
        }
    }
}
