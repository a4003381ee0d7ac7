import Scheduler

/// The marks of free space, as environment and config file name them: bytes such as `500M`, `10G` or `1T`, a share
/// such as `5%`, or 0 for none.
enum DiskSettings {
    private static let units: [Character: Int64] = [
        "K": 1000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000,
    ]

    static let keys = ["disk-low", "disk-high"]

    /// `value` finds what was said for a variable and a key.
    static func resolve(
        _ value: (_ variable: String, _ key: String) -> String?
    ) throws(CommandFault) -> DiskRule {
        var rule = DiskRule.standard
        if let text = value("REELMILL_DISK_LOW", "disk-low") {
            rule.low = try mark(text, "disk-low (REELMILL_DISK_LOW, or the config file)")
        }
        if let text = value("REELMILL_DISK_HIGH", "disk-high") {
            rule.high = try mark(text, "disk-high (REELMILL_DISK_HIGH, or the config file)")
        }
        return rule
    }

    private static func mark(_ text: String, _ name: String) throws(CommandFault) -> DiskMark {
        if text.last == "%", let percent = Double(text.dropLast()), (0...100).contains(percent) {
            return DiskMark(share: percent / 100)
        }
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? Substring(text) : text.dropLast()
        if !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let count = Int64(digits)
        {
            let (bytes, overflows) = count.multipliedReportingOverflow(by: unit ?? 1)
            if !overflows { return DiskMark(bytes: bytes) }
        }
        throw CommandFault(
            .usage,
            "\(name) must be bytes such as 500M, 10G or 1T, or a share such as 5%, not “\(text)”")
    }
}
