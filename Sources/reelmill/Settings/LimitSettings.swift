import TranscodeModel

/// The limits of sources, as environment and config file name them: `max-bytes` and `REELMILL_MAX_BYTES`.
enum LimitSettings {
    struct Key: Sendable {
        var name: String
        var allowed: ClosedRange<Int64>
        var set: @Sendable (inout SourceLimits, Int64) -> Void

        var variable: String {
            "REELMILL_" + name.uppercased().replacing("-", with: "_")
        }
    }

    static let keys = [
        Key(name: "max-bytes", allowed: 1...Int64.max) { $0.bytes = $1 },
        Key(name: "max-side", allowed: 16...65_536) { $0.side = Int($1) },
        Key(name: "max-pixels", allowed: 256...1 << 32) { $0.pixels = Int($1) },
        Key(name: "max-streams", allowed: 1...10_000) { $0.streams = Int($1) },
        Key(name: "max-seconds", allowed: 1...1 << 20) { $0.durationSeconds = Int($1) },
        Key(name: "probe-seconds", allowed: 1...86_400) { $0.probeSeconds = Int($1) },
    ]

    /// `value` finds what was said for a variable and a key.
    static func resolve(
        _ value: (_ variable: String, _ key: String) -> String?
    ) throws(CommandFault) -> SourceLimits {
        var limits = SourceLimits()
        for key in keys {
            guard let text = value(key.variable, key.name) else { continue }
            guard let number = Int64(text), key.allowed.contains(number) else {
                throw CommandFault(
                    .usage,
                    "\(key.name) (\(key.variable), or the config file) must be a whole number from "
                        + "\(key.allowed.lowerBound) to \(key.allowed.upperBound), not “\(text)”")
            }
            key.set(&limits, number)
        }
        return limits
    }
}
