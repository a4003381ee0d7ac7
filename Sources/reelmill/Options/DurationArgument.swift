import ArgumentParser

/// A length of time on the command line: `250ms`, `5s`, `2m`, `1h`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible {
    var milliseconds: Int64

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    init?(argument: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        for (unit, factor) in units where argument.hasSuffix(unit) {
            let digits = argument.dropLast(unit.count)
            guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int64(digits) else {
                continue
            }
            let (product, overflows) = value.multipliedReportingOverflow(by: factor)
            guard !overflows, product <= 86_400_000 else { return nil }
            self.init(milliseconds: product)
            return
        }
        return nil
    }

    var description: String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    var defaultValueDescription: String { description }
}
