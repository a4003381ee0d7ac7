/// What a trace counts as it runs.
struct TraceTally {
    /// When each upload came, could be played, and was ready, in milliseconds from the start; -1 for never.
    var playableAt: [Int64]
    var readyAt: [Int64]
    var jobsFailed = 0
    var unitsDone = 0
    var attempts = 0
    var retried = 0
    var hedges = 0
    /// Leases that were given up for a faster one.
    var overtaken = 0
    /// Attempts that were taken from nodes that died.
    var takenBack = 0
    var fenced = 0
    var nodesDied = 0

    // Seconds of workers
    /// All that workers were occupied for.
    var occupiedSeconds = 0.0
    /// By hour of the trace.
    var occupiedByHour: [Double]
    /// Of attempts at units with two leases that came to nothing: CPU-seconds of work, and what their workers were
    /// occupied for.
    var doubledSeconds = 0.0
    var doubledWorkerSeconds = 0.0
    /// CPU-seconds of work that was done once for each unit of each upload that became ready.
    var neededSeconds = 0.0
    var encodedSeconds = 0.0
    /// The same of attempts that failed, were lost, or came second.
    var wastedSeconds = 0.0
    /// Sum of |predicted − true| ÷ true over committed encodes, and how many.
    var predictionError = 0.0
    var predictions = 0

    // Asked of the ledger
    var surveys = 0
    /// Looks of nodes with nothing to do that were counted, and not performed.
    var idleLooks: Int64 = 0
    var transactions = 0
    var operations = 0
    var operationsOfSecond = 0
    var second: Int64 = 0
    var operationsPeak = 0

    init(uploads: Int, hours: Double) {
        playableAt = Array(repeating: -1, count: uploads)
        readyAt = Array(repeating: -1, count: uploads)
        occupiedByHour = Array(repeating: 0, count: max(1, Int(hours.rounded(.up))))
    }

    mutating func count(_ asked: Int, at now: Int64) {
        operations += asked
        if now / 1000 != second {
            second = now / 1000
            operationsOfSecond = 0
        }
        operationsOfSecond += asked
        operationsPeak = max(operationsPeak, operationsOfSecond)
    }

    mutating func occupy(_ start: Int64, _ end: Int64) {
        occupiedSeconds += Double(end - start) / 1000
        let hour: Int64 = 3_600_000
        var from = start
        while from < end {
            let place = Int(from / hour)
            let until = min(end, (from / hour + 1) * hour)
            if occupiedByHour.indices.contains(place) {
                occupiedByHour[place] += Double(until - from) / 1000
            }
            from = until
        }
    }
}
