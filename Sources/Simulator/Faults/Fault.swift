/// One thing that is going to go wrong: all are drawn before a world starts, so that some can be left out while the
/// rest stays as it is.
public struct Fault: Sendable, Hashable {
    /// What kind of request a fault in transit waits for.
    public enum Target: String, Sendable, CaseIterable {
        case any, lease, complete, release, renew, survey
    }

    /// Its place in the schedule as it was drawn.
    public var number: Int
    public var kind: FaultKind
    /// In the world's time.
    public var atMilliseconds: Int64
    /// Which of the nodes, by number; taken modulo their count.
    public var node = 0
    /// Which upload and unit.
    public var upload = 0
    public var position = 0
    /// Which attempt of the unit, from 1; 0 for each.
    public var attempt = 0
    /// How long it lasts, how far it jumps, how late something comes.
    public var milliseconds: Int64 = 0
    /// How many effects or requests pass first, or are hit.
    public var count = 0
    public var target = Target.any
    /// A choice between two forms of the fault.
    public var isSecondForm = false

    init(_ number: Int, _ kind: FaultKind, at time: Int64) {
        self.number = number
        self.kind = kind
        atMilliseconds = time
    }

    /// Whether it belongs to one upload, and goes with it.
    var isOfUpload: Bool {
        switch kind {
        case .workerCrash, .workerSlow, .workerMemory, .workerTimeout, .poisonUnit, .permanent,
            .cancel:
            true
        default: false
        }
    }

    /// For people.
    public var summary: String {
        let time = "at \(seconds(atMilliseconds))"
        let length = seconds(milliseconds)
        let unit = "u\(upload).\(position)"
        switch kind {
        case .nodeCrash, .lostWrites:
            return "\(kind.rawValue) of node \(node) \(time) after \(count) effects, for \(length)"
        case .nodePause: return "node-pause of node \(node) \(time) for \(length)"
        case .workerCrash, .workerSlow, .workerMemory, .workerTimeout:
            return "\(kind.rawValue) of \(unit), attempt \(attempt)"
        case .poisonUnit, .permanent: return "\(kind.rawValue) of \(unit)"
        case .storeSync: return "store-sync on node \(node) \(time), \(count) times"
        case .storeFull: return "store-full on node \(node) \(time) for \(length)"
        case .storeDown: return "store-down \(time) for \(length)"
        case .ledgerBusy, .ledgerIO, .ledgerMemory, .commitUnknown, .duplicate, .delay, .reorder:
            return
                "\(kind.rawValue) of \(count) \(target.rawValue) requests of node \(node) \(time), "
                + "\(length)"
        case .clockJump: return "clock-jump \(time) by \(length)"
        case .cancel: return "cancel of u\(upload) \(time)"
        case .drain: return "drain of node \(node) \(time)"
        case .upgrade: return "upgrade \(time)"
        }
    }
}

/// `12.345 s`.
func seconds(_ milliseconds: Int64) -> String {
    let digits = String(abs(milliseconds) % 1000)
    let sign = milliseconds < 0 ? "-" : ""
    return "\(sign)\(abs(milliseconds) / 1000)."
        + String(repeating: "0", count: 3 - digits.count) + digits + " s"
}
