import Ledger

/// A backfill in words.
enum BackfillText {
    /// `12 done, 3 skipped (2 done-before, 1 equal), 1 failed (not-media), 8 running, 40 pending`
    static func counts(_ counts: BackfillCounts) -> String {
        let order: [BackfillRow.State] = [
            .done, .skipped, .failed, .quarantined, .running, .pending,
        ]
        let words = order.compactMap { state -> String? in
            let groups = counts.groups.filter { $0.state == state && $0.rows > 0 }
            guard !groups.isEmpty else { return nil }
            let sum = groups.reduce(0) { $0 + $1.rows }
            let codes = groups.compactMap { group in
                group.code.map { groups.count > 1 ? "\(group.rows) \($0)" : $0 }
            }
            let named =
                codes.isEmpty || state == .quarantined ? "" : " (\(codes.joined(separator: ", ")))"
            return "\(sum) \(state.rawValue)\(named)"
        }
        return words.isEmpty ? "no rows" : words.joined(separator: ", ")
    }

    static func settings(_ settings: BackfillSettings) -> String {
        var words: [String] = []
        if settings.canary > 0 { words.append("canary \(settings.canary)") }
        if settings.shareMaximum < 1 {
            words.append("at most \(percent(settings.shareMaximum)) of a node")
        }
        if let window = settings.window { words.append("within \(window.text)") }
        if let budget = settings.failBudget {
            words.append("stops when over \(percent(budget)) fail")
        }
        if let limit = settings.limit { words.append("at most \(limit) encodes") }
        if settings.priority != 0 { words.append("priority \(settings.priority)") }
        if settings.selection != .all { words.append("only \(settings.selection.rawValue)") }
        return words.isEmpty ? "no limits" : words.joined(separator: ", ")
    }

    static func percent(_ part: Double) -> String {
        let hundred = part * 100
        return hundred == hundred.rounded()
            ? "\(Int(hundred)) %" : "\(Quantity.decimal(hundred, 1)) %"
    }
}

extension DailyWindow {
    /// `22:00-06:00`.
    var text: String { Self.clock(start) + "-" + Self.clock(end) }

    private static func clock(_ minute: Int) -> String {
        func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return digits(minute / 60) + ":" + digits(minute % 60)
    }

    /// Nil for what is not two times of day with a dash.
    init?(text: String) {
        let times = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard times.count == 2, let start = times[0], let end = times[1] else { return nil }
        self.init(start: start, end: end)
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 2, (1...2).contains(parts[0].count),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour),
            (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}
