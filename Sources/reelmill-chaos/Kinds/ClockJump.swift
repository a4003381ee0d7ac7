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
        // Within the first half, so that it jumps before the end.
        let span = 1000 * account.reference.seconds
        var moment = 0
        var jumps: [String] = []
        for offset in offsetsMilliseconds {
            moment += generator.milliseconds(upTo: span / 2 / Double(offsetsMilliseconds.count))
            jumps.append("\(offset)@ms:\(moment)")
        }
        let child = try site.startTranscode(Faults(clock: jumps.joined(separator: ";")))
        if isKilled {
            let delay = Double(moment + 1 + generator.milliseconds(upTo: span / 2)) / 1000
            let deadline = Instant.now + delay
            while Instant.now < deadline, !child.hasEnded { usleep(1000) }
            child.send(SIGKILL)
        }
        let ending = try site.ending(of: child)
        account.noteKilled(child)
        account.hasFired = site.firedFaults >= 1
        guard ending == 0 || (isKilled && ending == -SIGKILL) else {
            throw Violation(
                "a node whose clock jumped (\(jumps)) ended with \(ending): "
                    + child.errors.suffix(600))
        }
    }
}
