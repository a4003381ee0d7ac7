import Foundation

/// Two nodes that do the same job together; one is killed, and the other one ends it.
struct TwoNodes: Disturbance {
    let isJoinerKilled: Bool
    var variant: String { isJoinerKilled ? "second" : "first" }
    let mustFire = false

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        let lag = generator.milliseconds(upTo: 300 * account.reference.seconds)
        let delay = generator.milliseconds(upTo: 800 * account.reference.seconds)
        let first = try site.startTranscode()
        usleep(UInt32(lag) * 1000)
        let second = try site.startTranscode()
        let (victim, survivor) = isJoinerKilled ? (second, first) : (first, second)
        let deadline = Instant.now + Double(delay) / 1000
        while Instant.now < deadline, !victim.hasEnded { usleep(1000) }
        victim.send(SIGKILL)
        _ = try site.ending(of: victim)
        account.noteKilled(victim)
        let ending = try site.ending(of: survivor)
        guard ending == 0 else {
            throw Violation(
                "the node that lived on ended with \(ending): \(survivor.errors.suffix(600))")
        }
    }
}
