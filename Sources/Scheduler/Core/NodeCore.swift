public import Ledger
package import TranscodeModel

/// All decisions of a node, as one synchronous step function: what happened in, what to do out. It reads no clock,
/// draws no chance of its own and does nothing itself, so that a simulator can drive it through any order of
/// events.
///
/// What must always be true: every attempt is started once and dismissed once; an attempt ends by a completion, a
/// release, or by being told that it is fenced; an end that was not answered is asked again, since every end is
/// idempotent; a lease of this node that it does not know, since an answer was lost, is given back.
///
///     started → register → survey ⇄ ask (take back, lease, hedge, renew) → start → finished → ask (complete, release)
public struct NodeCore: Hashable, Sendable {
    public let identity: NodeRecord
    public let policy: NodePolicy
    var members: [LeaseToken: Member] = [:]
    var breakers: BreakerBoard
    var shutdown = ShutdownLevel.none
    var isRegistered = false
    var isRegistering = false
    /// A survey is under way, or what was asked because of it: until that is answered the ledger is not surveyed
    /// again, so that every lease of ours in a survey is one that we were told of, or never will be.
    var isLooking = false
    var pendingLook: [LedgerOperation] = []
    /// The ledger changed while it was being looked at, so that what was seen may be old.
    var isStale = false
    var lastLook: Int64?
    var lastRenewal: Int64 = 0
    var drainStart: Int64?
    /// The ledger's time less the node's, at the last survey.
    var ledgerOffset: Int64 = 0
    /// When a unit that was released with a delay is ready again, by the node's clock: then there is work before the
    /// next regular look. Tell the core that time has passed at this time.
    public internal(set) var wakeAt: Int64?
    /// There was too little room on the disk when it was looked at last.
    var isDiskShort = false
    /// Since when the ledger cannot be used.
    var trouble = LedgerTrouble()
    /// The ending that waits for the node to be retired; and when it was asked.
    var ending: NodeEnding?
    var isEnded = false
    /// Second leases that the ledger refused, since a tenant is at its cap or somebody was first; and until when they are not
    /// asked for again.
    var refusedHedges: [LeaseToken: Int64] = [:]
    let plantedBug: PlantedBug?

    public init(identity: NodeRecord, policy: NodePolicy) {
        self.init(identity: identity, policy: policy, plantedBug: nil)
    }

    package init(identity: NodeRecord, policy: NodePolicy, plantedBug: PlantedBug?) {
        self.identity = identity
        var policy = policy
        policy.hedge.noteMilliseconds = policy.renewMilliseconds
        self.policy = policy
        self.plantedBug = plantedBug
        breakers = BreakerBoard(rule: policy.breaker, plantedBug: plantedBug)
    }

    /// Leases in hand: running, being stopped, or waiting for the ledger's answer to their end.
    public var held: [Lease] { members.values.map(\.lease) }

    /// - Parameter now: milliseconds of a clock that never goes back; only this node's.
    public mutating func step(
        _ event: NodeEvent, now: Int64, using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        guard !isEnded else { return [] }
        var effects: [NodeEffect] = []
        switch event {
        case .started:
            isRegistering = true
            return [.ask([.register(identity)])]
        case .tick:
            effects += resend(now)
            effects += renewIfDue(now)
            effects += drainIfDue(now)
            effects += lookIfDue(now)
        case .changed:
            isStale = true
        case .surveyed(let survey, let dead, let lost, let disk):
            isLooking = false
            trouble.readingSince = nil
            effects += decide(
                survey, dead: dead, lost: lost, disk: disk, now: now, using: &generator)
        case .surveyFailed(let failure):
            isLooking = false
            effects += suffer(failure, \.readingSince, now)
        case .answered(let operations, let answers):
            trouble.writingSince = nil
            effects += digest(operations, answers, now, using: &generator)
        case .askFailed(let operations, let failure):
            effects += recover(operations, failure, now)
        case .finished(let token, let result):
            effects += conclude(token, result, now, using: &generator)
        case .shutdown(let level):
            shutdown = max(shutdown, level)
            effects += drainIfDue(now)
        }
        effects += lookIfStale(now)
        effects += lookIfWoken(now)
        effects += endIfDone(now)
        return effects
    }

    var hasRoom: Bool {
        shutdown == .none && ending == nil && members.count < policy.workers
    }

    /// Ends the node once nothing is in its hands and somebody wants it to end.
    private mutating func endIfDone(_ now: Int64) -> [NodeEffect] {
        guard shutdown != .none, members.isEmpty, ending == nil, !isLooking, !isRegistering else {
            return []
        }
        ending = .shutDown
        return [.ask([.retire(identity.id)])]
    }

    /// The last effects: no worker is left behind.
    mutating func end(_ ending: NodeEnding) -> [NodeEffect] {
        isEnded = true
        let running = members.values.filter(\.isRunning).map(\.lease.token)
        members = [:]
        return running.map { .stop($0) } + [.end(ending)]
    }
}
