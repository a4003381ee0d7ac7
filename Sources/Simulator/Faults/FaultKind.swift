/// What can be made to go wrong in a simulated world.
public enum FaultKind: String, Sendable, CaseIterable, Codable, Comparable {
    /// A node's process dies between any two effects, its workers with it; a new one starts later.
    case nodeCrash = "node-crash"
    /// A node stops for longer than its leases last, and then goes on as if nothing had happened.
    case nodePause = "node-pause"
    case workerCrash = "worker-crash"
    /// A worker takes 40 times as long.
    case workerSlow = "worker-slow"
    /// A unit needs more memory than there is, unless it is split.
    case workerMemory = "worker-memory"
    case workerTimeout = "worker-timeout"
    /// A unit crashes every worker that it is given to.
    case poisonUnit = "poison-unit"
    /// A bad upload: one of its units fails for good.
    case permanent
    /// A sync in the store fails.
    case storeSync = "store-sync"
    /// A host's disk is full for a while.
    case storeFull = "store-full"
    /// The store fails for everyone for a while.
    case storeDown = "store-down"
    /// A host loses its power: its nodes die, and bytes that were not synced are lost or torn.
    case lostWrites = "lost-writes"
    /// The ledger is locked when it is asked; nothing takes effect.
    case ledgerBusy = "ledger-busy"
    /// The ledger's disk fails a request; nothing takes effect.
    case ledgerIO = "ledger-io"
    /// The ledger has no memory for a request; nothing takes effect.
    case ledgerMemory = "ledger-memory"
    /// What was asked took effect, but the answer is lost.
    case commitUnknown = "commit-unknown"
    /// The ledger's clock jumps, forward or back.
    case clockJump = "clock-jump"
    /// A request is performed twice; the second time perhaps much later.
    case duplicate
    /// A request or its answer takes long.
    case delay
    /// A node's requests overtake one another.
    case reorder
    /// Somebody cancels a job.
    case cancel
    /// A node is asked to end, and is replaced.
    case drain
    /// All nodes are replaced in mid-job by ones with another policy.
    case upgrade

    public static func < (left: FaultKind, right: FaultKind) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Whether it can make a node lose a lease without the unit being at fault.
    var disturbsLeases: Bool {
        switch self {
        case .nodeCrash, .nodePause, .lostWrites, .ledgerBusy, .ledgerIO, .ledgerMemory,
            .commitUnknown, .clockJump, .duplicate, .delay, .reorder, .drain, .upgrade:
            true
        case .workerCrash, .workerSlow, .workerMemory, .workerTimeout, .poisonUnit, .permanent,
            .storeSync, .storeFull, .storeDown, .cancel:
            false
        }
    }
}

/// Which faults a world may have: `all`, `none`, or names, each added, or taken away with `-`.
public struct FaultSelection: Sendable, Hashable {
    public var kinds: Set<FaultKind>

    public static let all = FaultSelection(kinds: Set(FaultKind.allCases))
    public static let none = FaultSelection(kinds: [])

    public init(kinds: Set<FaultKind>) { self.kinds = kinds }

    /// Reads `all`, `none,+cancel`, `all,-clock-jump`, `node-crash,delay`. A list that begins with a `-` starts
    /// from all.
    public init(parsing text: String) throws(SimulationError) {
        kinds = text.hasPrefix("-") ? Set(FaultKind.allCases) : []
        for part in text.split(separator: ",") {
            let sign = part.first.flatMap { "+-".contains($0) ? $0 : nil }
            let name = sign == nil ? String(part) : String(part.dropFirst())
            switch name {
            case "all": kinds = Set(FaultKind.allCases)
            case "none": kinds = []
            default:
                guard let kind = FaultKind(rawValue: name) else {
                    throw SimulationError(
                        "there is no fault “\(name)”; there are all, none, "
                            + FaultKind.allCases.map(\.rawValue).joined(separator: ", "))
                }
                if sign == "-" { kinds.remove(kind) } else { kinds.insert(kind) }
            }
        }
    }

    /// As it is written on a command line.
    public var text: String {
        if self == .all { return "all" }
        if kinds.isEmpty { return "none" }
        let missing = FaultKind.allCases.filter { !kinds.contains($0) }
        if missing.count < kinds.count {
            return "all" + missing.map { ",-\($0.rawValue)" }.joined()
        }
        return kinds.sorted().map(\.rawValue).joined(separator: ",")
    }
}

/// Why a simulation could not be set up.
public struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    init(_ message: String) { self.message = message }
    public var description: String { message }
}
