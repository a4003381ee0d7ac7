/// What the fault layer is told to do to one process. `CFaults.h` has the meaning of each word.
struct Faults {
    enum Signal: String {
        case kill = "KILL"
        case stop = "STOP"
    }
    enum Side: String, CaseIterable { case before, after }

    struct Halt {
        var signal: Signal
        var side: Side
        /// From 1.
        var number: Int
        var marker: Marker
    }

    var rules: [String] = []
    var clock: String?
    var halt: Halt?

    /// The variables that load the layer and say what it is to do.
    func environment(library: String, log: String) -> [String: String] {
        var variables = ["LD_PRELOAD": library, "REELMILL_FAULT_LOG": log]
        if !rules.isEmpty { variables["REELMILL_FAULT_RULES"] = rules.joined(separator: ";") }
        variables["REELMILL_FAULT_CLOCK"] = clock
        if let halt {
            variables["REELMILL_FAULT_HALT"] =
                "\(halt.signal.rawValue):\(halt.side.rawValue):\(halt.number):"
                + halt.marker.words.joined(separator: "&")
        }
        return variables
    }
}
