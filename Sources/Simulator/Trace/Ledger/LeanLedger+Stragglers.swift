import Ledger
import TranscodeModel

// Leased units that take long, and those that two nodes do at once.
extension LeanLedger {
    func stragglers(_ most: Int, _ now: Int64) -> [Straggler] {
        guard most > 0 else { return [] }
        var found: [LeanPlace] = []
        var cursor = stragglers.start
        while found.count < most, let key = stragglers.next(&cursor) {
            guard let hold = unit(key.place).holder, now - hold.since > 1000 else { continue }
            found.append(key.place)
        }
        let known = Set(found)
        var slowest: [LeanPlace] = []
        var next = slow.start
        while slowest.count < most, let key = slow.next(&next) { slowest.append(key.place) }
        found += slowest.filter { !known.contains($0) }
        return found.compactMap { place in
            unit(place).holder.map { straggler(place, $0, now) }
        }
    }

    /// By job and position.
    func shared(_ node: NodeID, _ now: Int64) -> [SharedLease] {
        guard let number = nodePlaces[node] else { return [] }
        var found: [SharedLease] = []
        // A node that hedged its own unit has it twice.
        for place in Set(nodes[number].leases) {
            guard let holder = unit(place).holder, let rival = unit(place).rival else { continue }
            for (own, other) in [(holder, rival), (rival, holder)] where own.node == number {
                found.append(
                    SharedLease(own: straggler(place, own, now), other: other.standing(now)))
            }
        }
        return found.sorted {
            let (left, right) = ($0.own.token, $1.own.token)
            return (left.unit.job.text, left.unit.position, left.attempt)
                < (right.unit.job.text, right.unit.position, right.attempt)
        }
    }

    private func unit(_ place: LeanPlace) -> LeanUnit { jobs[place.job].units[place.position] }

    private func straggler(_ place: LeanPlace, _ hold: LeanHold, _ now: Int64) -> Straggler {
        let job = jobs[place.job]
        let kind = job.kind(place.position)
        let estimate = job.estimate(place.position)
        let peers = job.peers[kind] ?? LeanPeers()
        var others = peers.running
        // The sums hold all that are under way; neither its own leases nor those that stand still are peers.
        for position in job.units.indices
        where job.units[position].state == .leased && job.kind(position) == kind {
            for case let hold? in [job.units[position].holder, job.units[position].rival]
            where position == place.position || !hold.isNew(now) {
                others.remove(hold.progress, job.estimate(position))
            }
        }
        return Straggler(
            token: token(place, hold), kind: kind,
            attemptsMaximum: unit(place).attemptsMaximum,
            newestAttempt: unit(place).attempt,
            elapsedMilliseconds: now - hold.since, estimate: estimate, peersDone: peers.done,
            peersMilliseconds: peers.milliseconds, peersEstimatedSeconds: peers.estimatedSeconds,
            runningMilliseconds: others.milliseconds,
            runningDoneMilliseconds: others.doneMilliseconds, progress: hold.progress,
            profile: job.profile, encoder: job.encoder(place.position), jobClass: .live)
    }
}
