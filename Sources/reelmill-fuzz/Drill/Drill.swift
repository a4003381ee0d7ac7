import Foundation

/// Runs a part in child processes, and notes when one of them traps or hangs.
struct Drill {
    let scene: Workshop
    let seed: UInt64
    let workers: Int

    /// How long, or how many inputs; whichever is over first.
    struct Budget {
        var seconds: Double
        var rounds: Int
    }

    /// After so many traps a part has said enough.
    private static let deathsMaximum = 50

    func run(_ part: Part, _ budget: Budget, progress: (Tally) -> Void) throws -> Tally {
        let slots = part == .media ? min(workers, budget.rounds) : 1
        let end = Instant.now + budget.seconds
        var tally = Tally()
        var children: [Offspring] = []
        for slot in 0..<slots {
            children.append(
                try Offspring.start(
                    part, scene, slot: slot, seed: seed &+ UInt64(slot), stride: UInt64(slots),
                    rounds: (budget.rounds - slot + slots - 1) / slots, seconds: budget.seconds))
        }
        defer { for child in children { child.end() } }
        var deaths = 0
        while !children.isEmpty {
            usleep(50_000)
            for index in children.indices.reversed() {
                tally.add(try children[index].news())
                guard let death = children[index].death(part) else {
                    if children[index].isDone { children.remove(at: index).end() }
                    continue
                }
                let child = children.remove(at: index)
                child.end()
                tally.add(try child.news())
                tally.inputs += death.unreported
                tally.count("trap")
                tally.find(try finding(part, death, child.slot))
                deaths += 1
                guard deaths < Drill.deathsMaximum else { return tally }
                let left = child.rounds - Int((death.seed &- child.seed) / child.stride) - 1
                if left > 0, Instant.now < end {
                    children.append(
                        try Offspring.start(
                            part, scene, slot: child.slot, seed: death.seed &+ child.stride,
                            stride: child.stride, rounds: left, seconds: end - Instant.now))
                }
            }
            progress(tally)
        }
        return tally
    }

    /// What a process leaves that trapped or hung, with its input.
    private func finding(_ part: Part, _ death: Offspring.Death, _ slot: Int) throws
        -> Tally.Finding
    {
        let input = scene.folder + "/input-\(slot)"
        var path: String?
        if FileManager.default.fileExists(atPath: input) {
            path = try scene.kept(input, as: "\(part.rawValue)-\(death.seed)")
        }
        return Tally.Finding(part: part, seed: death.seed, text: death.text, path: path)
    }
}

/// Seconds of a clock that never jumps.
enum Instant {
    static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
