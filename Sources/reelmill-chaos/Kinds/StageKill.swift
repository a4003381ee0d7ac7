import Foundation

/// A node that kills itself exactly as it notes that it begins or ends something.
struct StageKill: Disturbance {
    let marker: Marker
    var variant: String { marker.name }
    var mustFire: Bool { marker.need != .time }

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        let count = max(1, account.reference.markerCounts[marker] ?? 0)
        let number =
            marker.need == .nothing ? Int.random(in: 1...count, using: &generator) : 1
        let side = Faults.Side.allCases.randomElement(using: &generator) ?? .before
        var faults = Faults(
            halt: Faults.Halt(signal: .kill, side: side, number: number, marker: marker))
        switch marker.need {
        case .nothing, .time: break
        case .failure: faults.rules = [FaultTarget.syncs[0].rule("EIO", when: "1")]
        case .deadNode:
            let first = Faults.Halt(
                signal: .kill, side: .after, number: 1, marker: .encodeBegin)
            try die(Faults(halt: first), site, account)
            account.hasFired = false
        }
        try die(faults, site, account)
    }

    private func die(_ faults: Faults, _ site: Site, _ account: Account) throws {
        // Short, so that leases are renewed within a short run.
        let lease = marker.need == .time ? 600 : nil
        let child = try site.startTranscode(faults, leaseMilliseconds: lease)
        let ending = try site.ending(of: child)
        guard ending == -SIGKILL || ending == 0 else {
            throw Violation("a node ended with \(ending): \(child.errors.suffix(600))")
        }
        account.noteKilled(child)
        try account.keep(site)
    }
}
