import Foundation
import Ledger
import Testing
import TranscodeModel

/// The ledger on a disk and in a memory that fail: at every call of every step of a story, an operation takes effect
/// wholly or not at all, what was acknowledged stays, and the story can be told to its end.
@Suite("A ledger whose disk fails")
struct LedgerFaultTests {
    @Test("Disk errors, once and from then on, at every call of every step")
    func disk() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("disk errors") { attack in
                try attack.strikeEverywhere([
                    .ioError(.disk, count: 1), .ioError(.disk, count: -1),
                ])
            }
        }
        report(result)
    }

    @Test("A full disk, for one write and from then on, at every write of every step")
    func full() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("full disk") { attack in
                try attack.strikeEverywhere([.full(count: 1), .full(count: -1)])
            }
        }
        report(result)
    }

    @Test("A lock that others hold, for a moment and for longer, at every lock of every step")
    func busy() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("locks") { attack in
                try attack.strikeEverywhere([.busy(count: 1), .busy(count: 40)])
            }
        }
        report(result)
    }

    @Test("A lock that is never let go ends the operation as busy, and nothing was changed")
    func busyForEver() async {
        await #expect(processExitsWith: .success) {
            try FaultyDisk.install()
            let disk = try LedgerDisk(LedgerDisk.Image())
            let ledger = try disk.open()
            let before = try disk.contents()
            // The lock of a reader of the log, and then that of its writer.
            for call in [0, 1] {
                FaultyDisk.arm(.busy(count: -1), at: call)
                let failure = #expect(throws: LedgerFailure.self) {
                    try Scenario.steps[0].body(ledger)
                }
                FaultyDisk.disarm()
                #expect(failure?.code == .busy, "\(failure?.message ?? "")")
                #expect(try disk.contents() == before)
            }
            try Scenario.steps[0].body(ledger)
            #expect(try disk.contents() != before)
        }
    }

    @Test("Any of it while a ledger is made, or opened after a crash")
    func opening() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("opening") { attack in
                let kinds: [[FaultyDisk.Fault]] = [
                    [.ioError(.disk, count: 1), .ioError(.disk, count: -1)],
                    [.full(count: 1), .full(count: -1)], [.busy(count: 1), .busy(count: 40)],
                    [.powerCut],
                ]
                for faults in kinds {
                    for step in [0, 9] {
                        try attack.strikeEverywhere(
                            faults, steps: step..<step + 1, phase: .opening, seeds: [0, 2, 3])
                    }
                }
            }
        }
        report(result)
    }

    @Test("A power cut at every write, sync, truncation and deletion of every step")
    func power() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("power cuts") { attack in
                try attack.strikeEverywhere([.powerCut], seeds: [0, 2, 0, 3, 1])
            }
        }
        report(result)
    }

    @Test("A failed write or sync that the process outlives, and a power cut after the next commit")
    func failedSyncThenPower() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("failed syncs, then power cuts") { attack in
                try attack.strikeEverywhere(
                    [.ioError([.write, .sync], count: 1)], thenCut: true, seeds: [0, 2, 3])
            }
        }
        report(result)
    }

    @Test("No memory at an allocation of every step")
    func memory() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            try attack("no memory") { attack in
                try attack.strikeEverywhere(
                    [.noMemory(count: 1), .noMemory(count: -1)],
                    stride: Attack.isThorough ? 1 : 397)
            }
        }
        report(result)
    }

    @Test("A driver that does not sync its commits loses one, and is caught")
    func planted() async {
        await #expect(processExitsWith: .success) {
            try FaultyDisk.install()
            var attack = try Attack(bug: .noSyncBeforeCommit)
            #expect(throws: Attack.Lost.self) {
                try attack.strikeEverywhere(
                    [.ioError([.write, .sync], count: 1)], thenCut: true, seeds: [0])
            }
        }
    }
}

/// Attacks a ledger in this process, which is the test's own, and prints how often.
private func attack(_ name: String, _ body: (inout Attack) throws -> Void) throws {
    try FaultyDisk.install()
    let clock = ContinuousClock()
    let start = clock.now
    var attack = try Attack()
    try body(&attack)
    #expect(attack.points > 0)
    print(
        "\(name): \(attack.points) fault points, \(attack.settled) settled by reading back; writes not synced: "
            + "\(attack.loss.kept) kept, \(attack.loss.undone) undone, \(attack.loss.torn) torn; "
            + "\(attack.loss.resurrected) files back; \(clock.now - start)")
}

/// Passes on what the process printed.
private func report(_ result: ExitTest.Result) {
    print(String(decoding: result.standardOutputContent, as: UTF8.self), terminator: "")
}

extension FaultyDisk.Fault {
    static func ioError(_ calls: FaultyDisk.Calls, count: Int64) -> Self {
        Self(description: "I/O error × \(count)", calls: calls, count: count, kind: .ioError)
    }
    static func full(count: Int64) -> Self {
        Self(description: "full × \(count)", calls: .write, count: count, kind: .full)
    }
    static func busy(count: Int64) -> Self {
        Self(description: "busy × \(count)", calls: .locks, count: count, kind: .busy)
    }
    static func noMemory(count: Int64) -> Self {
        Self(description: "no memory × \(count)", calls: .memory, count: count, kind: .noMemory)
    }
    static let powerCut = Self(
        description: "power cut", calls: [.write, .sync, .truncate, .delete], count: 1,
        kind: .powerCut)
}
