import Foundation

/// A clock that jumps while the node works; with a kill besides, the next node has the right time again.
struct ClockJump: Disturbance {
    let name: String
    let offsetsMilliseconds: [Int]
    let isKilled: Bool

    var variant: String { name + (isKilled ? "-killed" : "") }
    let mustFire = true

    static var all: [any Disturbance] {
        [
            ("past-the-lease", [40_000]), ("hour-forward", [3_600_000]),
            ("hour-back", [-3_600_000]), ("to-and-fro", [3_600_000, -7_200_000]),
        ].flatMap { name, offsets in
            [false, true].map {
                ClockJump(name: name, offsetsMilliseconds: offsets, isKilled: $0)
            }
        }
    }

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        // Within the first half of the readings: how many there are depends a little on timing.
        let half = max(2, account.reference.clockReadings / 2)
        let readings = offsetsMilliseconds.map { _ in Int.random(in: 1...half, using: &generator) }
        let jumps = zip(offsetsMilliseconds, readings.sorted()).map { "\($0)@calls:\($1)" }
        let delay = Double(generator.milliseconds(upTo: 500 * account.reference.seconds)) / 1000
        let child = try site.startTranscode(Faults(clock: jumps.joined(separator: ";")))
        if isKilled {
            let limit = Instant.now + site.patienceSeconds
            while site.firedFaults < jumps.count, !child.hasEnded, Instant.now < limit {
                usleep(1000)
            }
            let deadline = Instant.now + delay
            while Instant.now < deadline, !child.hasEnded { usleep(1000) }
            child.send(SIGKILL)
        }
        let ending = try site.ending(of: child)
        account.noteKilled(child)
        account.hasFired = site.firedFaults == jumps.count
        guard ending == 0 || (isKilled && ending == -SIGKILL) else {
            throw Violation(
                "a node whose clock jumped (\(jumps)) ended with \(ending): "
                    + child.errors.suffix(600))
        }
    }
}
