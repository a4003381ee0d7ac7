import ContentDigest
import Ledger
import Scheduler
import TranscodeModel

/// One node with the production core, a few jobs, and a store that fails for everyone.
struct OutageScene {
    private var core: NodeCore
    private var ledger = MemoryLedger.State(keepsHistory: false)
    private var now: Int64 = 1_000_000
    private var events: [NodeEvent] = [.started]
    private(set) var attempts = 0

    init(plantedBug: PlantedBug?) throws {
        let identity = NodeRecord(
            id: NodeID("a"), host: "h", bootID: "b", processID: 1, processStart: "1", workers: 1)
        core = NodeCore(
            identity: identity,
            policy: NodePolicy(workers: 1, memoryBytes: 1 << 40, endsWhenIdle: false),
            plantedBug: plantedBug)
        let profile = Profile(
            name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)
        let estimate = Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1)
        let submissions = (1...8).map { number in
            let digest = Digest.sha256("\(number)")
            return JobSubmission(
                id: JobID("j\(number)"), tenant: .standard, key: nil,
                source: SourceReference(
                    locator: "/s", displayName: "s", digest: digest, byteCount: 1,
                    modificationMilliseconds: 1), profile: profile,
                profileDigest: Digest.sha256("p"), destination: "/o", jobClass: .live,
                priority: 0, content: digest, probeContent: digest, probeEstimate: estimate,
                attemptsMaximum: 9)
        }
        _ = try ledger.enqueue(submissions, now: now)
    }

    /// Whether a breaker has opened by the time that so many attempts have failed.
    mutating func opensBreaker(withinAttempts most: Int) throws -> Bool {
        var generator = SystemRandomNumberGenerator()
        while attempts < most {
            if events.isEmpty {
                now += 1000
                events.append(.tick)
            }
            let effects = core.step(events.removeFirst(), now: now, using: &generator)
            for effect in effects { try perform(effect) }
        }
        return ledger.sortedBreakers.contains { $0.state == .open && $0.key == "store" }
    }

    private mutating func perform(_ effect: NodeEffect) throws {
        switch effect {
        case .survey(let request):
            let survey = ledger.survey(request, now: now)
            let disk = DiskSpace(freeBytes: 1 << 40, totalBytes: 1 << 40)
            events.append(.surveyed(survey, dead: [], lost: [], disk: disk))
        case .ask(let operations):
            events.append(.answered(operations, try ledger.perform(operations, now: now)))
        case .start(let lease):
            attempts += 1
            events.append(
                .finished(lease.token, .failed(Failure(.transient, .storageFailed, "no answer"))))
        case .stop, .sweep, .remove, .note, .end: break
        }
    }
}
