import ArgumentParser

/// A length of time as a person writes it: `0`, `90s`, `15m`, `12h`, `7d`, `2w`.
struct Age: Hashable, ExpressibleByArgument {
    var milliseconds: Int64
    private var text: String

    private static let units: [Character: Int64] = [
        "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]
    /// A thousand years, so that no sum of times overflows.
    private static let most: Int64 = 1000 * 366 * 86_400_000

    init?(argument: String) {
        text = argument
        if argument == "0" {
            milliseconds = 0
            return
        }
        guard let last = argument.last, let unit = Age.units[last],
            argument.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }),
            let count = Int64(argument.dropLast())
        else { return nil }
        let (product, overflows) = count.multipliedReportingOverflow(by: unit)
        guard !overflows, product <= Age.most else { return nil }
        milliseconds = product
    }

    var defaultValueDescription: String { text }
}
