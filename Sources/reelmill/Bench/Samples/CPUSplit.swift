/// Where the CPU time of one run went, with nothing left out: the parts add up to the total.
struct CPUSplit: Encodable, Equatable {
    struct Part: Encodable, Equatable {
        var name: String
        var cpuSeconds: Double
    }

    /// What is measured of a run, in CPU-seconds.
    struct Measured {
        /// User and system time of all processes.
        var total = 0.0
        /// Of it, of processes that this one started.
        var children = 0.0
        /// Of the workers whose artifacts were committed, by stage.
        var stages: [String: Double] = [:]
        /// SHA-256 of sources and of artifacts, with making them durable.
        var hash = 0.0
        /// Calls to the ledger, but for those of the node's own stages.
        var ledger = 0.0
        /// Calls to the ledger of the node's own stages.
        var ledgerInStages = 0.0
        /// The node's own stages: stitch, package, verify and publish, with their calls to the ledger.
        var nodeStages = 0.0
    }

    /// The flow's order; a stage that is not named here stands after those that are.
    static let stageOrder = [
        "read", "demux", "decode", "scale", "resample", "measure", "encode", "threads", "mux",
    ]
    /// Without which there is no transcoding, whoever does it.
    static let floor: Set<String> = [
        "decode", "scale", "resample", "measure", "encode", "threads", "mux",
    ]
    static let other = "other"

    var parts: [Part]
    var total: Double

    init(_ measured: Measured) {
        let known = CPUSplit.stageOrder.filter { measured.stages[$0] != nil }
        let unknown = measured.stages.keys.filter { !CPUSplit.stageOrder.contains($0) }.sorted()
        parts = (known + unknown).map { Part(name: $0, cpuSeconds: measured.stages[$0] ?? 0) }
        let stages = parts.reduce(0) { $0 + $1.cpuSeconds }
        parts += [
            Part(name: "start-up", cpuSeconds: measured.children - stages),
            Part(name: "hash", cpuSeconds: measured.hash),
            Part(name: "ledger", cpuSeconds: measured.ledger + measured.ledgerInStages),
            Part(name: "join", cpuSeconds: measured.nodeStages - measured.ledgerInStages),
        ]
        total = measured.total
        let named = parts.reduce(0) { $0 + $1.cpuSeconds }
        parts.append(Part(name: CPUSplit.other, cpuSeconds: measured.total - named))
    }

    subscript(_ name: String) -> Double { parts.first { $0.name == name }?.cpuSeconds ?? 0 }

    /// The part of the total that is not decoding, scaling, encoding and muxing.
    var overhead: Double {
        let floor = parts.filter { CPUSplit.floor.contains($0.name) }
            .reduce(0) { $0 + $1.cpuSeconds }
        return total > 0 ? (total - floor) / total : 0
    }

    /// Part by part, the median of several runs. It need not add up; so what it is short of the median total, or above
    /// it, is added to `other`.
    static func median(_ splits: [CPUSplit]) -> CPUSplit? {
        guard let first = splits.first else { return nil }
        var names = first.parts.map(\.name)
        for split in splits.dropFirst() {
            for name in split.parts.map(\.name) where !names.contains(name) {
                names.insert(name, at: names.count - 1)
            }
        }
        var result = first
        result.total = Spread(splits.map(\.total)).median
        result.parts = names.filter { $0 != other }.map { name in
            Part(name: name, cpuSeconds: Spread(splits.map { $0[name] }).median)
        }
        let named = result.parts.reduce(0) { $0 + $1.cpuSeconds }
        result.parts.append(Part(name: other, cpuSeconds: result.total - named))
        return result
    }
}
