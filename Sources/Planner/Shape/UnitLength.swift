import Glibc

/// The lengths of units, as far as their order is concerned.
enum UnitLength {
    /// From one length to the next.
    private static let step = log(1.15)

    /// The shortest of the lengths that are taken for one, in CPU-seconds; above 0 for all that is.
    static func rounded(_ seconds: Double) -> Double {
        guard seconds > 0, seconds.isFinite else { return seconds }
        return exp((log(seconds) / step).rounded(.down) * step)
    }
}
