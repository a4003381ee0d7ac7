import Foundation

/// A system call that fails once, or again and again, on files of one kind.
struct BrokenCall: Disturbance {
    let target: FaultTarget
    let effect: String
    /// Again and again instead of once.
    let isRepeated: Bool
    /// How often the call is made by an undisturbed run.
    let count: Int

    var variant: String { "\(target.name)-\(effect)" + (isRepeated ? "-repeated" : "") }
    let mustFire = true

    static func all(_ target: FaultTarget, _ reference: Reference) -> [any Disturbance] {
        let count = reference.targetCounts[target] ?? 0
        guard count > 0 else { return [] }
        return target.effects.flatMap { effect in
            (target.isSpread ? [false, true] : [false]).map {
                BrokenCall(target: target, effect: effect, isRepeated: $0, count: count)
            }
        }
    }

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        // How often a call is made depends a little on timing, so the last ones are left out.
        let number = Int.random(in: 1...max(1, count * 3 / 5), using: &generator)
        // An attempt makes up to three such calls: then never two of them fail in a row.
        let interval = Int.random(in: 4...8, using: &generator)
        let rule = target.rule(effect, when: isRepeated ? "\(interval)*" : "\(number)")
        let child = try site.startTranscode(Faults(rules: [rule]))
        let ending = try site.ending(of: child)
        account.hasFired = site.firedFaults > 0
        // 4: it was the ledger's file, and the same command goes on.
        guard ending == 0 || (ending == 4 && target.text.contains("ledger")) else {
            throw Violation(
                "a node ended with \(ending) after \(rule): \(child.errors.suffix(600))")
        }
    }
}
