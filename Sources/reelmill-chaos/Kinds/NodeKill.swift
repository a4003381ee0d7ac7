import Foundation

/// A node killed at random times, several times in a row.
struct NodeKill: Disturbance {
    let variant = ""
    let mustFire = false

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        // A unit has eight attempts, and a node that dies may cost each of them one.
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let delay = generator.milliseconds(upTo: 1000 * account.reference.seconds)
            let child = try site.startTranscode()
            let deadline = Instant.now + Double(delay) / 1000
            while Instant.now < deadline, !child.hasEnded { usleep(1000) }
            child.send(SIGKILL)
            let ending = try site.ending(of: child)
            account.noteKilled(child)
            if ending == 0 { return }
            guard ending == -SIGKILL else {
                throw Violation("a node ended with \(ending): \(child.errors.suffix(600))")
            }
            try account.keep(site)
        }
    }
}
