import SeededRandom

/// In which order rounds of which kinds come.
struct Deal {
    private let hands: [Kind: [any Disturbance]]
    private let kinds: [Kind]
    private let seed: UInt64

    /// `only` is a kind, `KIND`, or one way of it, `KIND/VARIANT`; nil for all.
    init(
        _ reference: Reference, leavingOut: Set<Kind>, only: String?, seed: UInt64
    ) throws(ChaosFault) {
        var hands: [Kind: [any Disturbance]] = [:]
        for kind in Kind.allCases where !leavingOut.contains(kind) {
            let all = kind.disturbances(reference)
            let named = all.filter {
                guard let only else { return true }
                return only == kind.rawValue || only == "\(kind.rawValue)/\($0.variant)"
            }
            if !named.isEmpty { hands[kind] = named }
        }
        guard !hands.isEmpty else {
            throw ChaosFault(
                "--only \(only ?? ""): there is no such kind of round here; there are "
                    + Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.hands = hands
        kinds = Kind.allCases.filter { hands[$0] != nil }
        self.seed = seed
    }

    /// So many rounds. Each turn has every kind once, then the shares of those that have more; each kind goes
    /// through all of its ways before one comes again. The first round's seed is the deal's own, so that one
    /// round can be had again alone.
    func rounds(_ count: Int) -> [Round] {
        var generator = Generator(seed: seed)
        var seeds = Generator(seed: ~seed)
        var packs: [Kind: [any Disturbance]] = [:]
        var rounds: [Round] = []
        while rounds.count < count {
            let extras = kinds.flatMap { Array(repeating: $0, count: $0.share - 1) }
            let turn = kinds.shuffled(using: &generator) + extras.shuffled(using: &generator)
            for kind in turn.prefix(count - rounds.count) {
                var pack = packs[kind] ?? []
                if pack.isEmpty { pack = (hands[kind] ?? []).shuffled(using: &generator) }
                let disturbance = pack.removeLast()
                packs[kind] = pack
                let own = rounds.isEmpty ? seed : seeds.next() >> 32
                rounds.append(
                    Round(
                        kind: kind, disturbance: disturbance, seed: own, number: rounds.count + 1))
            }
        }
        return rounds
    }
}
