import Dispatch
import Ledger
import Node
import Planner
import TranscodeModel

/// Looks at every row of a listing as a run would, reads the sources that would be encoded, and tries some.
struct CatalogueSurvey {
    let workplace: Workplace
    let record: BackfillRecord
    let workers: Int
    /// Encodes to measure; 0 for none.
    let samples: Int

    private static let pageRows = 128

    /// A row that would be encoded, of which the cost is known.
    private struct Candidate {
        var input: String
        var profile: Profile
        var prediction: CatalogueForecast.Prediction
        /// The rows with the smallest are sampled: by the bytes of the sources, so the same each time.
        var rank: Digest
    }

    func forecast() async throws -> CatalogueForecast {
        var forecast = CatalogueForecast(name: record.name, workers: workers)
        var profiles: [Digest: Profile] = [:]
        var seen: Set<Digest> = []
        var chosen: [Candidate] = []
        var after = -1
        while true {
            let page = try workplace.ledger.rows(
                BackfillRowQuery(limit: Self.pageRows, after: after), of: record.name)
            guard let last = page.last else { break }
            after = last.position
            var encodes: [Encode] = []
            for row in page {
                if profiles[row.profile] == nil {
                    profiles[row.profile] = try workplace.ledger.backfillProfile(row.profile)
                }
                let (action, source) = try await action(row)
                guard action.isEncode, let source, let profile = profiles[row.profile] else {
                    forecast.add(action)
                    continue
                }
                let identity = ProfileIdentity.content(
                    source: source.digest, profile: row.profile, destination: row.tenant.text)
                if seen.insert(identity).inserted {
                    encodes.append(
                        Encode(action: action, source: source, profile: profile, rank: identity))
                } else {
                    forecast.add(.skipEqual)
                }
            }
            for (encode, plan) in try await plans(encodes) {
                guard let plan else {
                    forecast.add(.unreadable)
                    continue
                }
                forecast.add(encode.action)
                forecast.add(plan, sourceBytes: encode.source.byteCount)
                chosen.append(
                    Candidate(
                        input: encode.source.locator, profile: encode.profile,
                        prediction: CatalogueForecast.Prediction(plan), rank: encode.rank))
                chosen.sort { $0.rank.hex < $1.rank.hex }
                chosen.removeLast(max(0, chosen.count - samples))
            }
            if Console.allowsEscapes {
                Console.show(["\(record.name)  \(forecast.rows) rows looked at"])
            }
        }
        if Console.allowsEscapes { Console.show([]) }
        forecast.conclude(try await measure(chosen), record.settings)
        return forecast
    }

    private func action(
        _ row: BackfillRow
    ) async throws -> (CatalogueForecast.Action, SourceReference?) {
        guard row.isDue else { return (row.state == .running ? .underWay : .unusable, nil) }
        let examination = RowExamination(
            ledger: workplace.ledger, backfill: record.name, limits: workplace.settings.limits,
            selection: record.settings.selection)
        let verdict = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try examination.examine(row) })
            }
        }
        switch verdict {
        case .keep:
            switch row.state {
            case .done: return (.skipDone, nil)
            case .skipped: return (.notSelected, nil)
            default: return (row.source == nil ? .unreadable : .failedBefore, nil)
            }
        case .skip(let reason, _, _):
            switch reason {
            case .doneBefore: return (.skipDone, nil)
            case .equal: return (.skipEqual, nil)
            case .notSelected: return (.notSelected, nil)
            }
        case .fail(_, _, let source): return (source == nil ? .unreadable : .unusable, nil)
        case .await: return (.skipEqual, nil)
        case .follow: return (.underWay, nil)
        case .encode(let source, let replaces):
            return (replaces == nil ? .encode : .reencode, source)
        }
    }

    // What the encodes cost

    private struct Encode {
        var action: CatalogueForecast.Action
        var source: SourceReference
        var profile: Profile
        var rank: Digest
    }

    /// The plan of each, as many at a time as there are workers; nil for a source that the probe refuses.
    private func plans(_ encodes: [Encode]) async throws -> [(Encode, Plan?)] {
        let probe = SourceProbe(workplace.settings)
        let context = PlanningContext(
            workers: workers, learned: try workplace.ledger.learnedCosts(machine: Processor.name))
        return try await withThrowingTaskGroup(of: (Int, Plan?).self) { group in
            var plans: [Plan?] = Array(repeating: nil, count: encodes.count)
            var next = 0
            func begin() {
                guard next < encodes.count else { return }
                let (index, encode) = (next, encodes[next])
                next += 1
                group.addTask {
                    do {
                        let found = try await probe.index(encode.source.locator)
                        return (
                            index,
                            try Planning.plan(
                                index: found, source: encode.source.digest, profile: encode.profile,
                                context: context)
                        )
                    } catch let failure as Failure where failure.category != .cancelled {
                        return (index, nil)
                    }
                }
            }
            for _ in 0..<workers { begin() }
            while let (index, plan) = try await group.next() {
                plans[index] = plan
                begin()
            }
            return Array(zip(encodes, plans))
        }
    }

    /// Whole encodes in a state directory of their own, which is gone afterwards.
    private func measure(_ chosen: [Candidate]) async throws -> [CatalogueForecast.Sample] {
        var samples: [CatalogueForecast.Sample] = []
        for candidate in chosen {
            let place = try BenchWorkplace(
                settings: workplace.settings, profile: candidate.profile, workers: workers)
            do {
                let sample = try await place.run([candidate.input]).sample
                samples.append(
                    CatalogueForecast.Sample(
                        predicted: candidate.prediction, cpuSeconds: sample.cpuSeconds,
                        bytes: Double(sample.trackBytes)))
            } catch let fault as CommandFault where fault.status == .jobFailed {
                // It fails in the run too; the others tell what the rest costs.
                Console.note("reelmill: warning: a sample failed: \(fault.message)")
            } catch {
                try place.remove()
                throw error
            }
            try place.remove()
        }
        return samples
    }
}
