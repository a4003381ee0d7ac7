import GRDB
import TranscodeModel

extension LeasedUnits {
    private typealias Late = (unit: Unit, measure: Double)

    /// Those without a second lease whose work is long and a file of its own: the longest overdue, and the slowest.
    func stragglers(
        _ request: SurveyRequest, now: Int64, _ database: Database
    ) throws -> [Straggler] {
        let most = request.stragglersMaximum
        guard most > 0 else { return [] }
        let alone = units.filter { unit in
            unit.rival == nil && unit.kind.isHedged
                && request.jobs?.contains(unit.id.job) ?? true
        }
        let overdue = alone.filter { now - $0.holder.since > 1000 }.map {
            Late($0, Double(now - $0.holder.since) - 1000 * $0.estimate.cpuSeconds)
        }
        let slow = alone.compactMap { unit -> Late? in
            guard let progress = unit.holder.progress, progress.tellsPace else { return nil }
            let slowness = progress.slowness(unit.estimate)
            return slowness > 1 ? Late(unit, slowness) : nil
        }
        let longest = inOrder(overdue).prefix(most)
        let known = Set(longest.map(\.unit.key))
        let found = longest + inOrder(slow).prefix(most).filter { !known.contains($0.unit.key) }
        let peers = try peersByJob(found.map(\.unit), now, database)
        return try found.map {
            try straggler($0.unit, $0.unit.holder, peers, now: now)
        }
    }

    /// The largest measure first.
    private func inOrder(_ late: [Late]) -> [Late] {
        late.sorted {
            if $0.measure != $1.measure { return $0.measure > $1.measure }
            let (left, right) = ($0.unit.id, $1.unit.id)
            return left.job != right.job
                ? left.job.text < right.job.text : left.position < right.position
        }
    }

    /// By job and position.
    func shared(
        _ request: SurveyRequest, now: Int64, _ database: Database
    ) throws -> [SharedLease] {
        let node = request.node
        let wanted = units.filter {
            $0.rival != nil && ($0.holder.node == node || $0.rival?.node == node)
        }
        guard !wanted.isEmpty else { return [] }
        let peers = try peersByJob(wanted, now, database)
        var found: [SharedLease] = []
        for unit in wanted {
            guard let rival = unit.rival else { continue }
            for (own, other) in [(unit.holder, rival), (rival, unit.holder)] where own.node == node
            {
                found.append(
                    SharedLease(
                        own: try straggler(unit, own, peers, now: now),
                        other: other.standing(now)))
            }
        }
        return found
    }

    private struct PeersKey: Hashable {
        var job: Int64
        var kind: UnitKind

        init(_ unit: Unit) {
            job = unit.key >> Schema.positionBits
            kind = unit.kind
        }
    }

    /// What the units of one kind and job did, and are doing.
    private struct Peers {
        var done: Int
        var milliseconds: Int64
        var estimatedSeconds: Double
        var running = RunningPeers()
        /// Of their job.
        var profile: Digest
        var codec: String
        var jobClass: JobClass
    }

    /// Once for each kind and job of these units: a job's done units are all read for it.
    private func peersByJob(
        _ wanted: [Unit], _ now: Int64, _ database: Database
    ) throws -> [PeersKey: Peers] {
        var found: [PeersKey: Peers] = [:]
        for unit in wanted where found[PeersKey(unit)] == nil {
            found[PeersKey(unit)] = try donePeers(unit, database)
        }
        guard !found.isEmpty else { return found }
        for unit in units {
            for case let hold? in [unit.holder, unit.rival] {
                found[PeersKey(unit)]?.running.add(hold.newProgress(now), unit.estimate)
            }
        }
        return found
    }

    private func donePeers(_ unit: Unit, _ database: Database) throws -> Peers {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT j.profile_digest, j.codec, j.class, p.* FROM job j, (
                        SELECT count(*) AS done, coalesce(sum(finished_at - started_at), 0) AS took,
                            total(cpu_seconds) AS estimated
                        FROM work_unit WHERE id BETWEEN ?1 >> 20 << 20 AND ?1 | 1048575
                            AND kind = ?2 AND state = 'done') p
                    WHERE j.number = ?1 >> 20
                    """), arguments: [unit.key, unit.kind.rawValue])
        guard let row else { throw LedgerFailure(.corrupt, "a unit without its job: \(unit.id)") }
        return Peers(
            done: try row.value(Int.self, "done"),
            milliseconds: try row.value(Int64.self, "took"),
            estimatedSeconds: try row.value(Double.self, "estimated"),
            profile: try row.digest("profile_digest"), codec: try row.text("codec"),
            jobClass: try row.text("class") == JobClass.backfill.rawValue ? .backfill : .live)
    }

    private func straggler(
        _ unit: Unit, _ hold: Hold, _ known: [PeersKey: Peers], now: Int64
    ) throws -> Straggler {
        guard let peers = known[PeersKey(unit)] else {
            throw LedgerFailure(.corrupt, "a unit without its job: \(unit.id)")
        }
        var others = peers.running
        for case let own? in [unit.holder, unit.rival] {
            others.remove(own.newProgress(now), unit.estimate)
        }
        return Straggler(
            token: unit.token(hold), kind: unit.kind,
            attemptsMaximum: unit.attemptsMaximum, newestAttempt: unit.attempt,
            elapsedMilliseconds: now - hold.since, estimate: unit.estimate,
            peersDone: peers.done, peersMilliseconds: peers.milliseconds,
            peersEstimatedSeconds: peers.estimatedSeconds,
            runningMilliseconds: others.milliseconds,
            runningDoneMilliseconds: others.doneMilliseconds, progress: hold.progress,
            profile: peers.profile, encoder: unit.kind == .encode ? peers.codec : "",
            jobClass: peers.jobClass)
    }
}
