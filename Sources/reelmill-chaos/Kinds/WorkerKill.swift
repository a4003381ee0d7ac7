import Foundation

/// Workers, and the process that they are forked from, killed at random while their node lives on.
struct WorkerKill: Disturbance {
    let variant = ""
    let mustFire = false

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        let child = try site.startTranscode()
        let deadline = Instant.now + site.patienceSeconds
        var left = Int.random(in: 1...4, using: &generator)
        var next = Instant.now
        while !child.hasEnded, left > 0, Instant.now < deadline {
            usleep(1000)
            guard Instant.now >= next,
                let worker = ["reelmill-worker", "reelmill-zygote"].flatMap({
                    ProcessTable.children(of: child.processID, named: $0)
                }).randomElement(using: &generator)
            else { continue }
            if kill(worker, SIGKILL) == 0 {
                account.kills += 1
                account.hasFired = true
                left -= 1
            }
            next = Instant.now + Double(generator.milliseconds(upTo: 250)) / 1000
        }
        let ending = try site.ending(of: child)
        guard ending == 0 else {
            throw Violation(
                "a node whose workers were killed ended with \(ending): "
                    + child.errors.suffix(600))
        }
    }
}
