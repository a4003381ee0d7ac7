/// A kind of round.
enum Kind: String, CaseIterable {
    case nodeKill = "node-kill"
    case stageKill = "stage-kill"
    case workerKill = "worker-kill"
    case twoNodes = "two-nodes"
    case zombie
    case diskFull = "disk-full"
    case syncFault = "sync-fault"
    case writeFault = "write-fault"
    case clock

    /// How many rounds of a turn are of this kind.
    var share: Int {
        switch self {
        case .stageKill: 4
        case .nodeKill: 3
        case .workerKill, .writeFault: 2
        default: 1
        }
    }

    /// The ways in which it can be done.
    func disturbances(_ reference: Reference) -> [any Disturbance] {
        switch self {
        case .nodeKill: [NodeKill()]
        case .stageKill:
            Marker.all.filter { reference.reaches($0) }.map { StageKill(marker: $0) }
        case .workerKill: [WorkerKill()]
        case .twoNodes: [TwoNodes(isJoinerKilled: false), TwoNodes(isJoinerKilled: true)]
        case .zombie:
            Marker.all.filter { $0.need == .nothing && reference.reaches($0) }
                .map { Zombie(marker: $0) }
        case .diskFull: [DiskFull()]
        case .syncFault: FaultTarget.syncs.flatMap { BrokenCall.all($0, reference) }
        case .writeFault: FaultTarget.writes.flatMap { BrokenCall.all($0, reference) }
        case .clock: ClockJump.all
        }
    }
}

extension Reference {
    /// What cannot be disturbed because a run of this footage never does it.
    var unreached: [String] {
        Marker.all.filter { !reaches($0) }.map { "\(Kind.stageKill.rawValue)/\($0.name)" }
            + (FaultTarget.syncs + FaultTarget.writes).filter { targetCounts[$0] ?? 0 == 0 }
            .map { "\($0.call) of \($0.name)" }
    }

    /// Whether a node comes to a marker, once what it needs is arranged.
    fileprivate func reaches(_ marker: Marker) -> Bool {
        marker.need != .nothing || markerCounts[marker, default: 0] > 0
    }
}

/// One way of disturbing a job, from its first start until every process of it has ended.
protocol Disturbance {
    /// Tells it from others of its kind; empty when there is only one.
    var variant: String { get }
    /// Whether its fault comes about in every round, whatever the timing.
    var mustFire: Bool { get }

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws
}
