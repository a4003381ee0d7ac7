import Foundation
import Ledger
import Testing
import TranscodeModel

/// Tells the story to a ledger while the disk fails, and checks what is there afterwards.
struct Attack {
    /// When the fault is armed.
    enum Phase: Sendable {
        /// Before the ledger is opened after a crash.
        case opening
        /// Before the step.
        case use
    }

    /// Every call with every fault and every seed, also while the ledger is closed after every step: takes minutes.
    /// Without it they take turns from call to call, and closing is attacked after one step.
    static let isThorough = ProcessInfo.processInfo.environment["REELMILL_FAULTS"] == "all"

    /// The batch of operations.
    private static let closedStep = 12

    private let run: Undisturbed
    private let bug: PlantedBug?
    /// Fault points tried.
    private(set) var points = 0
    /// Operations that threw, and yet had taken effect: found by reading back.
    private(set) var settled = 0
    private(set) var loss = FaultyDisk.Loss()

    init(bug: PlantedBug? = nil) throws {
        run = try Undisturbed()
        self.bug = bug
        FaultyDisk.settle()
    }

    /// Lets a fault happen at every call there is, of these steps: at the first, the second, until none is left.
    /// Which of the faults, and what the disk holds after a power cut, takes turns.
    mutating func strikeEverywhere(
        _ faults: [FaultyDisk.Fault], steps: Range<Int> = 0..<Scenario.steps.count,
        phase: Phase = .use, stride: Int = 1, thenCut: Bool = false, seeds: [UInt64] = [0]
    ) throws {
        let turns = faults.flatMap { fault in seeds.map { (fault, $0) } }
        let rounds = Attack.isThorough ? turns.count : 1
        for step in steps {
            for round in 0..<rounds {
                var call = 0
                while true {
                    let (fault, seed) = turns[(call / stride + step + round) % turns.count]
                    let hasFired = try strike(
                        fault, step: step, call: call, phase: phase, thenCut: thenCut, seed: seed)
                    guard hasFired else { break }
                    call += stride
                }
            }
        }
    }

    /// False when the story of the step was over before the fault happened.
    private mutating func strike(
        _ fault: FaultyDisk.Fault, step: Int, call: Int, phase: Phase, thenCut: Bool,
        seed: UInt64
    ) throws -> Bool {
        let place: Comment =
            "\(fault) at call \(call) of \(Scenario.steps[step].name), \(phase), seed \(seed)"
        let disk = try LedgerDisk(run.images[step], bug: bug)
        let isAcknowledged = try tell(
            step, to: disk, under: fault, at: call, phase: phase, thenCut: thenCut, place: place)
        let hasFired = FaultyDisk.hasFired
        FaultyDisk.disarm()
        try #require(FaultyDisk.openFiles == 0, place)
        if thenCut || fault.kind == .powerCut {
            FaultyDisk.cut()
            let loss = try FaultyDisk.restore(seed: seed)
            self.loss.kept += loss.kept
            self.loss.undone += loss.undone
            self.loss.torn += loss.torn
            self.loss.resurrected += loss.resurrected
        }
        try check(disk, step: step, isAcknowledged: isAcknowledged, place: place)
        FaultyDisk.settle()
        if hasFired { points += 1 } else { try #require(isAcknowledged, place) }
        return hasFired
    }

    /// True when the ledger said that the step was done.
    private func tell(
        _ step: Int, to disk: LedgerDisk, under fault: FaultyDisk.Fault, at call: Int,
        phase: Phase, thenCut: Bool, place: Comment
    ) throws -> Bool {
        if phase == .opening { FaultyDisk.arm(fault, at: call) }
        do {
            let ledger = try disk.open()
            // Before the ledger is closed.
            defer { if thenCut { FaultyDisk.cut() } }
            if phase == .use { FaultyDisk.arm(fault, at: call) }
            disk.time.set(Scenario.milliseconds(ofStep: step))
            do {
                try Scenario.steps[step].body(ledger)
                let closes = Attack.isThorough || step == Attack.closedStep
                if !closes && !FaultyDisk.hasFired { FaultyDisk.disarm() }
                return true
            } catch let failure as LedgerFailure {
                // The process outlives every other failure. After one it ends while the disk still fails.
                let outlives = thenCut || call / 2 % 2 == 0
                guard fault.kind != .powerCut, outlives else { return false }
                return try goOn(with: ledger, after: failure, step: step, place)
            }
        } catch is LedgerFailure {
            return false
        }
    }

    /// The process lives on after the failure, which is over: the same ledger holds the step wholly or not at all, and
    /// performs it when it is asked again.
    private func goOn(
        with ledger: any Ledger, after failure: LedgerFailure, step: Int, _ place: Comment
    ) throws -> Bool {
        FaultyDisk.disarm()
        do {
            let events = try ledger.events(ofJob: nil, after: 0, limit: 1000)
            if events == run.states[step + 1].events, events != run.states[step].events {
                return true
            }
            try #require(events == run.states[step].events, "\(place): \(failure)")
            try Scenario.steps[step].body(ledger)
            return true
        } catch let stuck as LedgerFailure {
            throw Stuck(place: "\(place): \(failure), and after it: \(stuck)")
        }
    }

    /// Opened again without faults, the ledger holds the step wholly or not at all.
    private mutating func check(
        _ disk: LedgerDisk, step: Int, isAcknowledged: Bool, place: Comment
    ) throws {
        let ledger = try disk.open()
        let contents = try disk.contents()
        let hasTakenEffect = contents == run.contents[step + 1]
        if isAcknowledged && !hasTakenEffect { throw Lost(place: "\(place)") }
        try #require(hasTakenEffect || contents == run.contents[step], place)
        if hasTakenEffect && !isAcknowledged { settled += 1 }
        // Equal contents are equally sound and go on alike. That they do is tried now and then.
        if points % 32 == 0 {
            try #require(try ledger.audit().findings == [], place)
            try finish(from: step + (hasTakenEffect ? 1 : 0), on: disk, ledger, place: place)
        }
    }

    /// The story ends as ever.
    private func finish(
        from step: Int, on disk: LedgerDisk, _ ledger: any Ledger, place: Comment
    ) throws {
        for next in step..<Scenario.steps.count {
            disk.time.set(Scenario.milliseconds(ofStep: next))
            try Scenario.steps[next].body(ledger)
        }
        try #require(try LedgerState(ledger) == run.states.last, place)
        try #require(try disk.contents() == run.contents.last, place)
        try #require(try ledger.audit().findings == [], place)
    }

    /// The ledger said that a step was done, and it is not.
    struct Lost: Error {
        var place: String
    }

    /// A failure that is over keeps the ledger from being used.
    struct Stuck: Error {
        var place: String
    }
}
