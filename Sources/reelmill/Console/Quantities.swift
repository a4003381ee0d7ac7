import Foundation

/// Numbers as people read them.
enum Quantity {
    /// `1.2 MB`; decimal units, as disks are sold.
    static func bytes(_ count: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(count)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : decimal(value, value < 10 ? 2 : 1) + " " + units[unit]
    }

    /// `1:02:03`, or `2:03` under an hour.
    static func clock(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" : "\(minutes):\(twoDigits(rest))"
    }

    /// `45 s`, `12 min`, `3.2 h` or `2.4 days`, whichever reads best.
    static func span(hours: Double) -> String {
        guard hours.isFinite, hours >= 0 else { return "–" }
        if hours < 1.0 / 60 { return decimal(hours * 3600, 0) + " s" }
        if hours < 1 { return decimal(hours * 60, hours < 1.0 / 6 ? 1 : 0) + " min" }
        if hours < 48 { return decimal(hours, 1) + " h" }
        return decimal(hours / 24, 1) + " days"
    }

    static func decimal(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// An instant in milliseconds since 1970, as ISO 8601 in UTC.
    static func instant(milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
