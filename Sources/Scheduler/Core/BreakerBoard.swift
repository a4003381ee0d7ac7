import Ledger
import TranscodeModel

/// What a node knows of circuit breakers: its own streaks of failures, and what all nodes see in the ledger.
struct BreakerBoard: Hashable {
    /// A streak belongs to one kind of unit: a success of another kind proves nothing about it.
    private struct Cause: Hashable {
        var key: String
        var kind: UnitKind
    }

    private struct Streak: Hashable {
        var failures = 0
        var jobs: Set<JobID> = []
    }

    private var streaks: [Cause: Streak] = [:]
    private(set) var open: [String: BreakerRecord] = [:]
    /// Units of this node that try an open breaker, by its key.
    private var trials: [String: UnitID] = [:]
    /// The newest generation that was seen of each breaker, so that one that opens again goes on counting.
    private var generations: [String: Int64] = [:]
    private let rule: BreakerRule
    private let plantedBug: PlantedBug?

    init(rule: BreakerRule, plantedBug: PlantedBug?) {
        self.rule = rule
        self.plantedBug = plantedBug
    }

    static let store = "store"
    static let worker = "worker"
    static func encoder(_ name: String) -> String { "encoder:" + name }
    static func profile(_ digest: Digest) -> String { "profile:" + digest.hexPrefix }

    /// What a unit depends on.
    private static func keys(_ kind: UnitKind, _ encoder: String, _ profile: Digest) -> [String] {
        var keys = [Self.profile(profile)]
        // Publishing writes to the job's own place, which other jobs do not share.
        if kind != .publish, kind != .preview { keys.append(store) }
        if [.probe, .encode, .audio, .images, .text].contains(kind) { keys.append(worker) }
        if !encoder.isEmpty { keys.append(Self.encoder(encoder)) }
        return keys
    }

    /// What a failure speaks against; nil for one that speaks against the upload or nothing.
    private static func key(of failure: Failure, _ lease: Lease) -> String? {
        switch failure.code {
        case .storageFull, .storageFailed:
            lease.kind == .publish || lease.kind == .preview ? nil : store
        case .workerMissing, .sandboxUnavailable: worker
        case .encoderMissing: lease.encoder.isEmpty ? nil : encoder(lease.encoder)
        case .workerCrashed where !lease.encoder.isEmpty: encoder(lease.encoder)
        case .profileMismatch, .parameterSetsDiffer, .outputInvalid, .wrongFrameCount:
            profile(lease.profile)
        default: nil
        }
    }

    mutating func see(_ records: [BreakerRecord]) {
        open = [:]
        for record in records {
            generations[record.key] = record.generation
            if record.state == .open { open[record.key] = record }
        }
        trials = trials.filter { open[$0.key] != nil }
    }

    /// Those candidates that no open breaker holds back. For a breaker whose time has come, one may try it: the
    /// first that depends on it and on no other that is open.
    mutating func admit(
        _ candidates: [Candidate], ledgerNow: Int64
    ) -> [Candidate] {
        guard !open.isEmpty else { return candidates }
        var tried: Set<String> = []
        return candidates.filter { candidate in
            let shut = Self.keys(candidate.kind, candidate.encoder, candidate.profile)
                .filter { open[$0] != nil }
            guard let key = shut.first else { return true }
            guard shut.count == 1, trials[key] == nil, !tried.contains(key),
                let record = open[key], record.retryAtMilliseconds <= ledgerNow
            else { return false }
            tried.insert(key)
            return true
        }
    }

    /// Claims the breakers that these leased units are about to try, so that other nodes wait for the outcome.
    mutating func claim(_ picks: [Candidate], ledgerNow: Int64) -> [BreakerRecord] {
        guard !open.isEmpty else { return [] }
        var claims: [BreakerRecord] = []
        for pick in picks {
            for key in Self.keys(pick.kind, pick.encoder, pick.profile) {
                guard var record = open[key], trials[key] == nil else { continue }
                trials[key] = pick.unit
                record.generation += 1
                record.retryAtMilliseconds = ledgerNow + cool(record.failures)
                open[key] = record
                claims.append(record)
            }
        }
        return claims
    }

    /// Whether a straggler may be given to another worker now.
    func admits(_ straggler: Straggler) -> Bool {
        if open.isEmpty { return true }
        return Self.keys(straggler.kind, straggler.encoder, straggler.profile).allSatisfy {
            open[$0] == nil
        }
    }

    /// The change that a failure makes, if any.
    mutating func fail(_ lease: Lease, _ failure: Failure, ledgerNow: Int64) -> BreakerRecord? {
        let tried = trials.filter { $0.value == lease.unit }.keys
        endTrials(lease.unit)
        guard plantedBug != .noBreaker, let key = Self.key(of: failure, lease) else { return nil }
        let cause = Cause(key: key, kind: lease.kind)
        streaks[cause, default: Streak()].failures += 1
        streaks[cause, default: Streak()].jobs.insert(lease.unit.job)
        if var record = open[key] {
            // Units that were leased before it opened tell nothing new.
            guard tried.contains(key) else { return nil }
            record.generation += 1
            record.failures += 1
            record.retryAtMilliseconds = ledgerNow + cool(record.failures)
            record.reason = reason(key, record.failures, failure)
            open[key] = record
            return record
        }
        guard let streak = streaks[cause], streak.failures >= rule.failuresToOpen,
            key == Self.store || key == Self.worker || streak.jobs.count >= rule.jobsToOpen
        else { return nil }
        return BreakerRecord(
            key: key, state: .open, generation: (generations[key] ?? 0) + 1,
            failures: streak.failures,
            retryAtMilliseconds: ledgerNow + cool(streak.failures),
            reason: reason(key, streak.failures, failure))
    }

    /// The change that a success makes, if any: a trial that went well closes its breaker.
    mutating func succeed(_ lease: Lease) -> [BreakerRecord] {
        guard !streaks.isEmpty || !trials.isEmpty else { return [] }
        for key in Self.keys(lease.kind, lease.encoder, lease.profile) {
            streaks[Cause(key: key, kind: lease.kind)] = nil
        }
        let tried = trials.filter { $0.value == lease.unit }.map(\.key).sorted()
        endTrials(lease.unit)
        return tried.compactMap { key in
            guard var record = open[key] else { return nil }
            record.generation += 1
            record.state = .closed
            record.reason = "it works again: unit \(lease.unit) went well"
            open[key] = nil
            streaks = streaks.filter { $0.key.key != key }
            return record
        }
    }

    /// A unit that ended without saying anything about a breaker.
    mutating func endTrials(_ unit: UnitID) {
        trials = trials.filter { $0.value != unit }
    }

    private func cool(_ failures: Int) -> Int64 {
        rule.coolMilliseconds(afterTrials: failures - rule.failuresToOpen)
    }

    private func reason(_ key: String, _ failures: Int, _ failure: Failure) -> String {
        "\(failures) failures in a row, the last: \(failure.message)"
    }
}
