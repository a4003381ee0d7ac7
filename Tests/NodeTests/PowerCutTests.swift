import Foundation
import Ledger
import Scheduler
import Testing
import TranscodeModel

@testable import Node

@Suite(
    "Power cuts at every step that changes the ledger: nothing lost, nothing doubled", .serialized)
struct PowerCutTests {
    @Test(
        "before it takes effect, and after it when only the answer is lost",
        arguments: [false, true])
    func everywhere(isAnswerLost: Bool) async throws {
        let plain = try NodeBench()
        try plain.makeClip(seconds: 2)
        _ = try plain.enqueue(to: "out")
        #expect(try await plain.node().run() == .idle)
        let expected = try plain.contents("out")
        #expect(expected.count > 10)
        var cut = 0
        while true {
            let bench = try NodeBench()
            try FileManager.default.copyItem(
                atPath: plain.folder + "/clip.mp4", toPath: bench.folder + "/clip.mp4")
            let job = try bench.enqueue(to: "out")
            let ledger = CutLedger(bench.ledger, cut: cut, isAnswerLost: isAnswerLost)
            do { _ = try await bench.node(ledger: ledger).run() } catch is LedgerFailure {}
            guard ledger.isDead else {
                try bench.remove()
                break
            }
            let before = try bench.ledger.units(ofJob: job).filter { $0.state == .done }
            // What the next node finds out of a process that is no more.
            for node in try bench.ledger.nodes() {
                _ = try bench.takeBack(from: node.id, retiring: true)
            }
            #expect(try await bench.node().run() == .idle)
            #expect(try bench.ledger.job(job)?.state == .ready, "cut \(cut)")
            #expect(try bench.contents("out") == expected, "cut \(cut)")
            let after = try bench.ledger.units(ofJob: job)
            for unit in before {
                #expect(after[unit.position].attempt == unit.attempt, "cut \(cut)")
                #expect(after[unit.position].epoch == unit.epoch, "cut \(cut)")
            }
            #expect(try bench.ledger.audit().findings == [], "cut \(cut)")
            try bench.remove()
            cut += 1
        }
        // Registering, then a lease and a commit of every unit but those that were leased together.
        #expect(cut > 12)
        try plain.remove()
    }
}
