import ArgumentParser
import Foundation

/// The process in which inputs meet our code: a trap ends it, and not the fuzzer.
struct ChildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "child", abstract: "Try some inputs and tell what came of them.",
        shouldDisplay: false)

    @Argument var part: Part
    @Option var folder: String
    @Option var slot: Int
    @Option var seed: UInt64
    @Option var stride: UInt64
    @Option var rounds: Int
    @Option var seconds: Double
    @Option var worker: String
    @Option var keep: String?

    func run() async throws {
        let parent = getppid()
        let mark = try Mark(path: "\(folder)/mark-\(slot)")
        let trial = try await Trials.make(
            part,
            TrialScene(folder: folder, slot: slot, worker: worker, keep: keep))
        let start = DispatchTime.now().uptimeNanoseconds
        var tally = Tally()
        var told = start
        for round in 0..<rounds {
            let now = DispatchTime.now().uptimeNanoseconds
            guard Double(now - start) / 1e9 < seconds, getppid() == parent else { break }
            if now - told > 1_000_000_000 {
                try tell(&tally)
                told = now
            }
            let own = seed &+ UInt64(round) &* stride
            tally.inputs += 1
            mark.set(seed: own, unreported: tally.inputs)
            try await trial.perform(seed: own, &tally)
        }
        try tell(&tally)
        mark.set(seed: seed, unreported: 0)
        mark.shut()
    }

    private func tell(_ tally: inout Tally) throws {
        FileHandle.standardOutput.write(try JSONEncoder().encode(tally) + Data("\n".utf8))
        tally = Tally()
    }
}
