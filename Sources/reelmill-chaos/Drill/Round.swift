import Foundation
import SeededRandom

/// One job, disturbed once, brought to its end, and looked at.
struct Round {
    let kind: Kind
    let disturbance: any Disturbance
    let seed: UInt64
    /// From 1, in this run of the harness.
    let number: Int

    var name: String {
        disturbance.variant.isEmpty ? kind.rawValue : "\(kind.rawValue)/\(disturbance.variant)"
    }

    struct Ending {
        var kills: Int
        var hasFired: Bool
        /// Seconds from the start of the run that went on to its end; nil when it did not make it.
        var recoverySeconds: Double?
        var violations: [String]
        /// Of the round, when it is kept.
        var folder: String?
    }

    func perform(_ workshop: Workshop, _ reference: Reference) throws -> Ending {
        let site = try Site(
            workshop, name: "round-\(number)",
            patienceSeconds: max(45, 20 * reference.seconds))
        let account = Account(reference)
        var generator = Generator(seed: seed)
        var violations: [String] = []
        var recovery: Double?
        do {
            try disturbance.disturb(site, account, &generator)
            try account.keep(site)
            recovery = try recover(site)
            violations = try Claims(site: site, reference: reference).violations(
                kept: account.kept)
            if disturbance.mustFire, !account.hasFired {
                violations.append("the fault did not come about, so the round shows nothing")
            }
        } catch let violation as Violation {
            violations.append(violation.description)
        }
        for process in ProcessTable.holders(below: site.folder) { kill(process, SIGKILL) }
        if disturbance is DiskFull {
            try DiskFull.leave(site, keepsFiles: !violations.isEmpty)
        }
        if violations.isEmpty { try site.remove() }
        return Ending(
            kills: account.kills, hasFired: account.hasFired, recoverySeconds: recovery,
            violations: violations, folder: violations.isEmpty ? nil : site.folder)
    }

    /// Gives the same command again, and then starts a node, which sweeps.
    private func recover(_ site: Site) throws -> Double {
        let start = Instant.now
        let child = try site.startTranscode()
        let ending = try site.ending(of: child)
        let seconds = Instant.now - start
        guard ending == 0 else {
            throw Violation(
                "the run that was to go on ended with \(ending): \(child.errors.suffix(600))")
        }
        let sweeping = try site.run(["run", "--until-idle"])
        guard sweeping.ending == 0 else {
            throw Violation("the node that was to sweep ended with \(sweeping.ending ?? 0)")
        }
        return seconds
    }
}
