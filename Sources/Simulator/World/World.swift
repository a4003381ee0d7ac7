import Ledger
import Scheduler
import TranscodeModel

/// A simulated world: uploads, nodes with the production core, workers, a store and a ledger, on one virtual clock.
///
/// First everything may go wrong; then nothing does, and everything must come to its end.
final class World {
    /// What can be due.
    enum Occurrence {
        case upload(Int)
        case fault(Int)
        case faultEnds(Int)
        case safetyEnds
        case arrival(Message)
        case reply(Message)
        case tick(NodeSlot, incarnation: Int)
        case change(NodeSlot, incarnation: Int)
        case step(Attempt, Attempt.Step)
        case restart(NodeSlot)
        case resume(NodeSlot, incarnation: Int)
    }

    let scenario: Scenario
    let oracle: Oracle
    let clock: WorldClock
    var queue = EventQueue<Occurrence>()
    var now: Int64 = 0
    /// The ledger's clock less the world's.
    var ledgerOffset: Int64 = 1_800_000_000_000
    var slots: [NodeSlot] = []
    /// How often each host was booted.
    var boots: [Int]
    var store = StoreModel()
    var tally = Tally()
    /// Of messages, ticks and the store's steps.
    var transit: Chance
    var uploadsLeft: Int
    var isSafe = false
    var isClosing = false
    /// By upload: the faults that belong to it.
    var troubles: [Int: [Fault]] = [:]
    var reasons = FailureReasons()
    var trace: [TraceLine] = []
    let isTracing: Bool
    /// By then everything must have ended.
    let deadline: Int64
    /// Told what was asked and answered, by scenarios that measure.
    var observer: ((World, [LedgerOperation], [LedgerAnswer]) -> Void)?

    static let tickMilliseconds: Int64 = 1_000

    init(
        _ scenario: Scenario, ledger: any Ledger, mirror: MemoryLedger?, clock: WorldClock,
        isTracing: Bool
    ) {
        self.scenario = scenario
        self.clock = clock
        self.isTracing = isTracing
        deadline = scenario.deadlineMilliseconds
        oracle = Oracle(scenario, clock: clock, ledger: ledger, mirror: mirror)
        transit = Chance(seed: scenario.seed, purpose: 5)
        boots = Array(repeating: 1, count: scenario.nodes)
        uploadsLeft = scenario.uploads.count
        for fault in scenario.faults where fault.isOfUpload && fault.kind != .cancel {
            troubles[fault.upload, default: []].append(fault)
        }
        for number in 0..<scenario.nodes {
            slots.append(
                NodeSlot(
                    number: number, host: number / scenario.nodesOfHost,
                    clockOffset: transit.milliseconds(0...1_000_000_000)))
        }
    }

    /// Runs to the end.
    func run() throws {
        setLedgerClock()
        do {
            try oracle.start(scenario.tenants)
            for (index, upload) in scenario.uploads.enumerated() {
                queue.add(.upload(index), at: upload.atMilliseconds)
            }
            for (index, fault) in scenario.faults.enumerated() where hasTime(fault.kind) {
                queue.add(.fault(index), at: fault.atMilliseconds)
            }
            queue.add(.safetyEnds, at: scenario.safetyMilliseconds)
            for slot in slots { queue.add(.restart(slot), at: Int64(slot.number) * 7) }
            while let next = queue.take() {
                if next.time > now {
                    now = next.time
                    setLedgerClock()
                }
                try occur(next.payload)
                if !isClosing { try closeIfDone() }
            }
            try conclude()
        } catch var violation as Violation {
            violation.atMilliseconds = now
            note("world", "violation of \(violation.invariant)", violation.message)
            throw violation
        }
    }

    private func hasTime(_ kind: FaultKind) -> Bool {
        switch kind {
        case .workerCrash, .workerSlow, .workerMemory, .workerTimeout, .poisonUnit, .permanent:
            false
        default: true
        }
    }

    private func occur(_ occurrence: Occurrence) throws {
        switch occurrence {
        case .upload(let index): try submit(scenario.uploads[index])
        case .fault(let index): try begin(scenario.faults[index])
        case .faultEnds(let index): end(scenario.faults[index])
        case .safetyEnds: try makeSafe()
        case .arrival(let message): try arrive(message)
        case .reply(let message):
            guard message.slot.incarnation == message.incarnation, let reply = message.reply else {
                return
            }
            try feed(message.slot, reply)
        case .tick(let slot, let incarnation): try tick(slot, incarnation)
        case .change(let slot, let incarnation):
            guard slot.incarnation == incarnation, slot.isUp else { return }
            slot.isChangePending = false
            try feed(slot, .changed)
        case .step(let attempt, let step): try advance(attempt, step)
        case .restart(let slot): try restart(slot)
        case .resume(let slot, let incarnation):
            if slot.incarnation == incarnation { try resume(slot) }
        }
    }

    private func tick(_ slot: NodeSlot, _ incarnation: Int) throws {
        guard slot.incarnation == incarnation, slot.isUp else { return }
        queue.add(.tick(slot, incarnation: incarnation), at: now + World.tickMilliseconds)
        guard !slot.isPaused || slot.backlog.isEmpty else { return }
        try feed(slot, .tick)
    }

    func setLedgerClock() { clock.set(now + ledgerOffset) }

    func note(
        _ who: @autoclosure () -> String, _ what: @autoclosure () -> String,
        _ answer: @autoclosure () -> String = ""
    ) {
        guard isTracing else { return }
        trace.append(TraceLine(milliseconds: now, who: who(), what: what(), answer: answer()))
    }
}
