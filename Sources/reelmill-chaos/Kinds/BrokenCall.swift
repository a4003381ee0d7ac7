import Foundation

/// A system call that fails once, or again and again, on files of one kind.
struct BrokenCall: Disturbance {
    let target: FaultTarget
    let effect: String
    /// Each so manieth call instead of one.
    let isRepeated: Bool
    /// How often the call is made by an undisturbed run.
    let count: Int

    var variant: String { "\(target.name)-\(effect)" + (isRepeated ? "-repeated" : "") }
    let mustFire = true

    static func all(_ target: FaultTarget, _ reference: Reference) -> [any Disturbance] {
        let count = reference.targetCounts[target] ?? 0
        guard count > 0 else { return [] }
        return target.effects.flatMap { effect in
            [false, true].map {
                BrokenCall(target: target, effect: effect, isRepeated: $0, count: count)
            }
        }
    }

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        // How often a call is made depends a little on timing, so the last ones are left out.
        let number = Int.random(in: 1...max(1, count * 3 / 5), using: &generator)
        let when = isRepeated ? "\(max(2, number))*" : "\(number)"
        let isCalledOften = count > 3
        let rule = target.rule(effect, when: isRepeated && !isCalledOften ? "1" : when)
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
