import TranscodeModel

/// Where silence stands in for sound that is missing inside a track.
struct SoundGaps {
    /// From and to, in thousandths of a second of the presentation; the first few.
    private var first: [(from: Int64, to: Int64)] = []
    private var count = 0
    private var total = Rational.zero
    private static let listedMaximum = 3
    /// A track that begins so little after the pictures only starts late.
    private static let lateStart = Rational(1, 10)
    /// Shorter ones are the rounding of times.
    private static let shortest = Rational(SoundTimeline.toleranceMilliseconds, 1000)

    /// Adds the samples from `start` on, of `rate` a second.
    mutating func add(start: Int64, samples: Int64, rate: Int64) {
        guard let length = Rational(exactly: samples, rate), length > SoundGaps.shortest,
            start > 0 || length > SoundGaps.lateStart
        else { return }
        count += 1
        total = total + Rational((length * Rational(1000)).rounded, 1000)
        guard first.count < SoundGaps.listedMaximum else { return }
        func milliseconds(_ sample: Int64) -> Int64 {
            (Rational(sample, rate) * Rational(1000)).rounded
        }
        first.append((milliseconds(start), milliseconds(start + samples)))
    }

    /// A sentence for people; nil when there are none.
    func warning(_ rendition: String) -> String? {
        guard count > 0 else { return nil }
        var list = first.map { "\(seconds($0.from)) s to \(seconds($0.to)) s" }
        if count > list.count { list.append("\(count - list.count) more") }
        let what = count == 1 ? "1 gap" : "\(count) gaps"
        return
            "Sound \(rendition): \(what) (\(seconds((total * Rational(1000)).rounded)) s in all) "
            + "\(count == 1 ? "was" : "were") filled with silence: from "
            + "\(list.joined(separator: ", "))."
    }

    private func seconds(_ milliseconds: Int64) -> String {
        let digits = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
