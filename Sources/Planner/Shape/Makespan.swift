/// How long some units take on some workers, the longest first: each worker that is free takes the next (Graham 1969).
struct Makespan {
    /// When the last unit ends, in the units' seconds.
    private(set) var seconds = 0.0

    /// - Parameter lengths: in any order.
    init(_ lengths: [Double], workers: Int) {
        precondition(workers > 0)
        // A heap of the times at which workers are free: the first is the earliest.
        var free = [Double](repeating: 0, count: min(workers, max(lengths.count, 1)))
        for length in lengths.sorted(by: >) {
            free[0] += length
            seconds = max(seconds, free[0])
            var place = 0
            while true {
                var least = place
                for child in [2 * place + 1, 2 * place + 2]
                where child < free.count && free[child] < free[least] {
                    least = child
                }
                if least == place { break }
                free.swapAt(place, least)
                place = least
            }
        }
    }

    /// What no order can go below: every worker busy to the end.
    static func ideal(_ lengths: [Double], workers: Int) -> Double {
        lengths.reduce(0, +) / Double(workers)
    }
}
