/// What happened in a round so far.
final class Account {
    let reference: Reference
    /// SIGKILLs that met a living process.
    var kills = 0
    /// Whether the disturbance came about.
    var hasFired = false
    /// What was done when a process had just died.
    private(set) var kept: [Int: KeptUnit] = [:]

    init(_ reference: Reference) { self.reference = reference }

    /// Notes what is done now, and that nothing that was done before has changed.
    func keep(_ site: Site) throws {
        for unit in try LedgerView(site: site).job()?.units ?? [] {
            let now = KeptUnit(unit)
            if let before = kept[unit.position], before != now {
                throw Violation("unit \(unit.position) was done at \(before) and is at \(now)")
            }
            if unit.state == "done" { kept[unit.position] = now }
        }
    }

    /// A process that a signal of the fault layer or of the harness was to end.
    func noteKilled(_ child: Child) {
        guard child.ending == -9 else { return }
        kills += 1
        hasFired = true
    }
}
