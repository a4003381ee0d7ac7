import TranscodeModel

// Leased units that take long, and those that two nodes do at once.
extension MemoryLedger.State {
    private typealias Late = (place: UnitPlace, hold: Hold, measure: Double)

    func stragglers(_ request: SurveyRequest, now: Int64) -> [Straggler] {
        guard request.stragglersMaximum > 0 else { return [] }
        var overdue: [Late] = []
        var slow: [Late] = []
        for place in leased {
            guard self[place].rival == nil, self[place].facts.kind.isHedged,
                let hold = self[place].holder,
                request.jobs?.contains(jobs[place.job].facts.submission.id) ?? true
            else { continue }
            let estimate = self[place].facts.estimate
            let elapsed = now - hold.since
            if elapsed > 1000 {
                overdue.append((place, hold, Double(elapsed) - 1000 * estimate.cpuSeconds))
            }
            if let progress = hold.progress, progress.tellsPace, progress.slowness(estimate) > 1 {
                slow.append((place, hold, progress.slowness(estimate)))
            }
        }
        let longest = inOrder(overdue).prefix(request.stragglersMaximum)
        let known = Set(longest.map(\.place))
        let slowest = inOrder(slow).prefix(request.stragglersMaximum)
        let running = runningPeers(now)
        return (longest + slowest.filter { !known.contains($0.place) }).map {
            straggler($0.place, $0.hold, running, now: now)
        }
    }

    /// The largest measure first.
    private func inOrder(_ late: [Late]) -> [Late] {
        let jobs = jobs
        return late.sorted {
            if $0.measure != $1.measure { return $0.measure > $1.measure }
            let (left, right) = ($0.place, $1.place)
            return left.job != right.job
                ? jobs[left.job].facts.submission.id.text < jobs[right.job].facts.submission.id.text
                : left.position < right.position
        }
    }

    /// By job and position.
    func shared(_ request: SurveyRequest, now: Int64) -> [SharedLease] {
        let wanted = leased.filter { place in
            self[place].rival != nil
                && (self[place].holder?.node == request.node
                    || self[place].rival?.node == request.node)
        }
        guard !wanted.isEmpty else { return [] }
        let running = runningPeers(now)
        return wanted.sorted().flatMap { place -> [SharedLease] in
            guard let holder = self[place].holder, let rival = self[place].rival else { return [] }
            return [(holder, rival), (rival, holder)].filter { $0.0.node == request.node }.map {
                SharedLease(
                    own: straggler(place, $0.0, running, now: now), other: $0.1.standing(now))
            }
        }
    }

    private struct PeersKey: Hashable {
        var job: Int
        var kind: UnitKind
    }

    private func runningPeers(_ now: Int64) -> [PeersKey: RunningPeers] {
        var found: [PeersKey: RunningPeers] = [:]
        for place in leased {
            let facts = self[place].facts
            let key = PeersKey(job: place.job, kind: facts.kind)
            for case let hold? in [self[place].holder, self[place].rival] {
                found[key, default: RunningPeers()].add(hold.newProgress(now), facts.estimate)
            }
        }
        return found
    }

    private func straggler(
        _ place: UnitPlace, _ hold: Hold, _ running: [PeersKey: RunningPeers], now: Int64
    ) -> Straggler {
        let row = self[place]
        let job = jobs[place.job]
        let peers = job.peers[row.facts.kind] ?? PeerSums()
        var others =
            running[PeersKey(job: place.job, kind: row.facts.kind)] ?? RunningPeers()
        for case let own? in [row.holder, row.rival] {
            others.remove(own.newProgress(now), row.facts.estimate)
        }
        return Straggler(
            token: token(place, hold), kind: row.facts.kind,
            attemptsMaximum: row.attemptsMaximum, newestAttempt: row.attempt,
            elapsedMilliseconds: now - hold.since, estimate: row.facts.estimate,
            peersDone: peers.done,
            peersMilliseconds: peers.milliseconds,
            peersEstimatedSeconds: peers.estimatedSeconds,
            runningMilliseconds: others.milliseconds,
            runningDoneMilliseconds: others.doneMilliseconds, progress: hold.progress,
            profile: job.facts.submission.profileDigest, encoder: row.facts.encoder,
            jobClass: job.facts.submission.jobClass)
    }
}
