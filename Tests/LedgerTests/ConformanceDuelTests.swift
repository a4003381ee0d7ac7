import Foundation
import Ledger
import Simulator
import Testing

@Suite("The contract: two drivers, asked the same things, agree on every answer and every row")
struct ConformanceDuelTests {
    /// Another set of histories in every run; each is printed with what went wrong in it.
    static let seeds = Array(1...5).map { UInt64($0) } + [UInt64.random(in: 1_000...UInt64.max)]

    @Test("random histories", arguments: seeds)
    func duel(seed: UInt64) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "duel-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = ConformanceClock()
        let ledgers = try LedgerDriver.allCases.map {
            try $0.open(folder + "/\($0).sqlite", clock: LedgerClock { clock.now })
        }
        var duel = LedgerDuel(ledgers[0], ledgers[1], seed: seed) { clock.pass($0) }
        let difference = duel.run(steps: 300)
        #expect(difference == nil, "seed \(seed): \(difference.map { "\($0)" } ?? "")")
    }
}
