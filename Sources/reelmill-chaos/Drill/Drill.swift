import Foundation

/// All rounds, one after the other, and what is said of them.
struct Drill {
    let workshop: Workshop
    let seed: UInt64
    let only: String?
    /// Kinds that cannot be done here, each with the reason.
    let leftOut: [Kind: String]

    /// Returns how many rounds had a violation.
    func run(_ count: Int) throws -> Int {
        for (kind, reason) in leftOut { say("left out: \(kind.rawValue): \(reason)") }
        let reference = try Reference.make(workshop, patienceSeconds: 3600)
        say(
            "seed \(seed); an undisturbed run takes \(Int(reference.seconds * 1000)) ms and makes "
                + "\(reference.files.count) files")
        for name in reference.unreached {
            say("left out: \(name): an undisturbed run does not come there")
        }
        let deal = try Deal(reference, leavingOut: Set(leftOut.keys), only: only, seed: seed)
        var tally = Tally()
        let start = Instant.now
        for round in deal.rounds(count) {
            let ending = try round.perform(workshop, reference)
            tally.add(ending, of: round)
            report(round, ending)
        }
        say(tally.text)
        say("\(count) rounds in \(Int(Instant.now - start)) s, seed \(seed)")
        return tally.violations
    }

    private func report(_ round: Round, _ ending: Round.Ending) {
        guard let folder = ending.folder else { return }
        say("round \(round.number), \(round.name), seed \(round.seed): violated")
        for violation in ending.violations { say("  \(violation)") }
        say("  kept in \(folder)")
        let clip = workshop.clip.hasPrefix(workshop.folder) ? "" : " --footage \(workshop.clip)"
        say(
            "  again: scripts/chaos --rounds 1 --only \(round.name) --seed \(round.seed)\(clip)")
    }

    /// A line that whoever reads along sees at once.
    private func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
