import Ledger
import TranscodeModel

// The whole ledger, at the end of a world.
extension Oracle {
    func conclude() throws {
        try compareTenants()
        let breakers = try ledger.breakers()
        guard
            Set(breakers) == Set(model.breakers.values), breakers.count == model.breakers.count
        else { throw Violation("model", "the ledger's breakers are not those that were set") }
        let report = try ledger.audit()
        guard report.findings.isEmpty else {
            throw Violation(
                "audit",
                report.findings.map { "\($0.invariant) \($0.subject): \($0.message)" }
                    .joined(separator: "; "))
        }
        guard report.completions == model.unitsDone else {
            throw Violation("I1", "\(report.completions) completions, not \(model.unitsDone)")
        }
        if model.keepsHistory { try compareHistory() }
    }

    private func compareTenants() throws {
        for record in try ledger.tenants() {
            guard let tenant = model.tenants.first(where: { $0.id == record.id }) else { continue }
            let difference = abs(record.virtualTime - tenant.virtualTime)
            guard record.leased == tenant.leased,
                difference <= 1e-9 * max(1, tenant.virtualTime)
            else {
                throw Violation(
                    "I17",
                    "tenant \(record.id) has \(record.leased) leases and \(record.virtualTime) s, "
                        + "not \(tenant.leased) and \(tenant.virtualTime)")
            }
        }
    }

    /// Every transition that the model saw is in the history, and no other (I10).
    private func compareHistory() throws {
        for case let job? in model.jobs {
            let events = try ledger.events(ofJob: job.id, after: 0, limit: .max)
            let arrows = events.map { ModelArrow(position: $0.position, from: $0.from, to: $0.to) }
            for position in [nil] + job.units.indices.map(Optional.some) {
                let seen = arrows.filter { $0.position == position }
                let expected = job.arrows.filter { $0.position == position }
                guard seen == expected else {
                    throw Violation(
                        "I10",
                        "the history of \(job.id) unit \(position.map(String.init) ?? "-") has "
                            + "\(seen.map { "\($0.from ?? "") → \($0.to)" }), not "
                            + "\(expected.map { "\($0.from ?? "") → \($0.to)" })")
                }
            }
        }
    }
}
