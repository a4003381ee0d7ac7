/// Decibels for people.
public enum Decibels {
    /// With one decimal, from thousandths.
    public static func text(_ thousandths: Int) -> String {
        let tenths = (abs(thousandths) + 50) / 100
        return "\(thousandths < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
    }
}
