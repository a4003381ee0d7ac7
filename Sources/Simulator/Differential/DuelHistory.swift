import Ledger
import SeededRandom
import TranscodeModel

/// What a duel has done so far, from which chance picks what to do next: the right things, and the wrong ones.
struct DuelHistory {
    var generator: DuelGenerator
    var jobs: [JobID] = []
    var submitted: [JobID: JobSubmission] = [:]
    var nodes: [NodeID] = []
    var candidates: [Candidate] = []
    /// The newest lease of each unit that was leased, and some older ones.
    var leases: [Lease] = []
    var generations: [String: Int64] = [:]

    init(seed: UInt64) { generator = DuelGenerator(seed: seed) }

    mutating func operations() -> [LedgerOperation] {
        (0..<generator.number(1...4)).compactMap { _ in operation() }
    }

    private mutating func operation() -> LedgerOperation? {
        switch generator.number(0...99) {
        case 0..<4: register()
        case 4..<6: generator.element(nodes).map { .retire($0) }
        case 6..<34: lease()
        case 34..<44: hedge()
        case 44..<56: renew()
        case 56..<78: complete()
        case 78..<96: release()
        default: breaker()
        }
    }

    private mutating func register() -> LedgerOperation {
        let number = generator.number(1...6)
        let node = NodeID("n\(number)")
        if !nodes.contains(node) { nodes.append(node) }
        return .register(
            NodeRecord(
                id: node, host: "h", bootID: "b", processID: Int32(number),
                processStart: "\(number)", workers: 2))
    }

    private mutating func lease() -> LedgerOperation? {
        guard let node = generator.element(nodes), !candidates.isEmpty else { return nil }
        let picks = (0..<generator.number(1...3)).compactMap { _ in generator.element(candidates) }
        return .lease(
            picks.map {
                LeasePick(
                    tenant: generator.chance(2) ? .standard : $0.tenant, unit: $0.unit,
                    epoch: $0.epoch + (generator.chance(3) ? 2 : 0))
            }, node: node, durationMilliseconds: Int64(generator.number(0...3000)))
    }

    private mutating func hedge() -> LedgerOperation? {
        guard let node = generator.element(nodes), let token = token() else { return nil }
        return .hedge(
            token, node: node, durationMilliseconds: Int64(generator.number(0...3000)),
            reason: "slow")
    }

    private mutating func renew() -> LedgerOperation? {
        let held = (0..<generator.number(1...4)).compactMap { _ in
            token().map {
                let part = Double(generator.number(-20...120)) / 100
                return HeldLease(
                    token: $0, progress: generator.number(0...100),
                    part: generator.chance(60) ? part : generator.chance(50) ? nil : .nan)
            }
        }
        return .renew(held, durationMilliseconds: Int64(generator.number(0...3000)))
    }

    private mutating func complete() -> LedgerOperation? {
        guard let lease = recentLease() else { return nil }
        let submission = submitted[lease.unit.job]
        let planned =
            lease.kind == .probe ? submission.map { generator.planned($0) } : nil
        return .complete(
            Completion(
                token: mangled(lease.token), artifact: generator.artifact(lease.content),
                planned: planned))
    }

    private mutating func release() -> LedgerOperation? {
        guard let token = token() else { return nil }
        let failure: Failure? =
            switch generator.number(0...4) {
            case 0: Failure(.crashed, .workerCrashed, "crashed")
            case 1: Failure(.outOfMemory, .workerOutOfMemory, "too large")
            case 2: Failure(.transient, .storageFailed, "no answer")
            default: nil
            }
        let ground: Release.Ground =
            switch generator.number(0...4) {
            case 0: .overdue
            case 1: generator.element(nodes).map { .nodeDied($0) } ?? .overdue
            default: .holder
            }
        let verdict: Release.Verdict =
            generator.chance(12)
            ? .dead(Failure(.permanent, .undecodable, "cannot be decoded"))
            : .retry(
                afterMilliseconds: generator.chance(50) ? 0 : Int64(generator.number(1...2000)),
                splits: generator.chance(20), returnsAttempt: generator.chance(30),
                exhausted: Failure(.transient, .leaseLost, "given up"))
        return .release(
            Release(
                token: token, ground: ground, verdict: verdict, failure: failure, reason: "lost"))
    }

    private mutating func breaker() -> LedgerOperation {
        let key = generator.chance(50) ? "store" : "encoder:h264"
        let generation = (generations[key] ?? 0) + (generator.chance(80) ? 1 : 2)
        return .setBreaker(
            BreakerRecord(
                key: key, state: generator.chance(50) ? .open : .closed, generation: generation,
                failures: generator.number(0...9),
                retryAtMilliseconds: Int64(generator.number(0...9)),
                reason: "because"))
    }

    private mutating func recentLease() -> Lease? {
        generator.chance(75) ? generator.element(leases.suffix(6)) : generator.element(leases)
    }

    private mutating func token() -> LeaseToken? {
        recentLease().map { mangled($0.token) }
    }

    /// Now and then a token that nobody was given.
    private mutating func mangled(_ token: LeaseToken) -> LeaseToken {
        guard generator.chance(6) else { return token }
        var token = token
        switch generator.number(0...3) {
        case 0: token.epoch += 2
        case 1: token.attempt += 1
        case 2: token.tenant = generator.element(DuelGenerator.tenants) ?? token.tenant
        default: token.unit = UnitID(job: token.unit.job, position: 99)
        }
        return token
    }

    mutating func learn(_ operations: [LedgerOperation], _ answers: [LedgerAnswer]) {
        for (operation, answer) in zip(operations, answers) {
            switch (operation, answer) {
            case (_, .leased(let granted)): leases += granted
            case (.setBreaker(let record), .breakerSet(true)):
                generations[record.key] = record.generation
            default: break
            }
        }
        if leases.count > 60 { leases.removeFirst(leases.count - 40) }
    }
}
