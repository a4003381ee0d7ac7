/// When uploads arrive: more in the evening than at night, and ten times as many for some minutes, some times a day.
///
/// Given how many there are, the arrivals of a Poisson process whose rate follows the curve are independent draws from
/// it; so a trace has exactly as many uploads as it was asked for.
struct DayCurve {
    /// From noon on.
    let hours: Double
    /// Each of `burstSeconds`, in seconds from the start.
    let burstStarts: [Double]
    /// Up to each step, relative to the whole.
    private let cumulative: [Double]

    /// Around 1, so that the busiest hour has nearly twice as many as the quietest.
    static let swing = 0.3
    static let busiestHour = 20.0
    static let burstsOfDay = 4.0
    static let burstSeconds = 180.0
    static let burstFactor = 10.0
    private static let stepSeconds = 10.0

    init(hours: Double, seed: UInt64) {
        self.hours = hours
        var chance = Chance(seed: seed, purpose: 30)
        let span = hours * 3600
        let bursts = Int((DayCurve.burstsOfDay * hours / 24).rounded())
        let starts = (0..<bursts).map { _ in
            chance.fraction() * max(span - DayCurve.burstSeconds, 1)
        }
        burstStarts = starts.sorted()
        var sum = 0.0
        let steps = max(1, Int((span / DayCurve.stepSeconds).rounded(.up)))
        var sums: [Double] = []
        sums.reserveCapacity(steps)
        for step in 0..<steps {
            let time = (Double(step) + 0.5) * DayCurve.stepSeconds
            sum += DayCurve.rate(time, starts)
            sums.append(sum)
        }
        cumulative = sums.map { $0 / sum }
    }

    private static func rate(_ seconds: Double, _ bursts: [Double]) -> Double {
        let hour = 12 + seconds / 3600
        let usual = 1 + swing * cosine((hour - busiestHour) / 24)
        return bursts.contains { $0 <= seconds && seconds < $0 + burstSeconds }
            ? usual * burstFactor : usual
    }

    /// Ascending, in milliseconds from the start.
    func arrivals(_ count: Int, _ chance: inout Chance) -> [Int64] {
        (0..<count).map { _ in time(of: chance.fraction(), chance.fraction()) }.sorted()
    }

    private func time(of part: Double, _ within: Double) -> Int64 {
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > part { high = middle } else { low = middle + 1 }
        }
        let seconds = min((Double(low) + within) * DayCurve.stepSeconds, hours * 3600)
        return Int64(seconds * 1000)
    }
}
