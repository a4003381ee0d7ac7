import Foundation

/// A node that is paused until its leases have run out and another one has its work, and then goes on.
struct Zombie: Disturbance {
    let marker: Marker
    var variant: String { marker.name }
    let mustFire = false
    private static let leaseMilliseconds = 1000

    init(marker: Marker) { self.marker = marker }

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        let count = max(1, account.reference.markerCounts[marker] ?? 0)
        let side = Faults.Side.allCases.randomElement(using: &generator) ?? .before
        let halt = Faults.Halt(
            signal: .stop, side: side, number: Int.random(in: 1...count, using: &generator),
            marker: marker)
        let wakesLate = Bool.random(using: &generator)
        let delay =
            Double(
                Zombie.leaseMilliseconds
                    + generator.milliseconds(upTo: 1000 * account.reference.seconds)) / 1000
        let zombie = try site.startTranscode(
            Faults(halt: halt), leaseMilliseconds: Zombie.leaseMilliseconds)
        let deadline = Instant.now + site.patienceSeconds
        while !zombie.hasEnded, !ProcessTable.isStopped(zombie.processID), Instant.now < deadline {
            usleep(1000)
        }
        defer { zombie.send(SIGCONT) }
        guard !zombie.hasEnded else { return }
        let held = try LedgerView(site: site).job()?.units?.filter { $0.state == "leased" } ?? []
        let successor = try site.startTranscode(leaseMilliseconds: Zombie.leaseMilliseconds)
        if wakesLate {
            // One that was paused within a transaction keeps the ledger locked; then it must go on first.
            guard try site.ending(of: successor) == 0 else {
                zombie.send(SIGCONT)
                _ = try site.ending(of: zombie)
                return
            }
        } else {
            let waking = Instant.now + delay
            while Instant.now < waking, !successor.hasEnded { usleep(1000) }
        }
        zombie.send(SIGCONT)
        for child in [successor, zombie] {
            let ending = try site.ending(of: child)
            guard ending == 0 else {
                throw Violation(
                    "the node \(child === zombie ? "that came back" : "that took over") ended with "
                        + "\(ending): \(child.errors.suffix(600))")
            }
        }
        if wakesLate {
            account.hasFired = !held.isEmpty
            try requireFenced(held, site)
        } else {
            account.hasFired = zombie.errors.contains(Marker.lostLeaseText)
        }
    }

    /// Every lease that it held had been taken from it, and none of them completed its unit.
    private func requireFenced(_ held: [LedgerView.Unit], _ site: Site) throws {
        let units = try LedgerView(site: site).job()?.units ?? []
        for before in held {
            guard let now = units.first(where: { $0.position == before.position }),
                now.epoch > before.epoch
            else {
                throw Violation(
                    "unit \(before.position) was completed by a lease that had run out, at epoch "
                        + "\(before.epoch)")
            }
        }
    }
}
