import Ledger
import TranscodeModel

/// A small model of the ledger's contract, written apart from the drivers: it predicts every answer, and what every
/// row says afterwards. It knows nothing but what was asked, at what time, and what was answered.
struct ReferenceModel {
    /// By upload; nil until it is submitted.
    var jobs: [ModelJob?]
    var tenants: [ModelTenant]
    var virtualTime = 0.0
    var breakers: [String: BreakerRecord] = [:]
    var nodes: Set<NodeID> = []
    /// Jobs that have not ended.
    var unfinished = 0
    var unitsDone = 0
    /// Leases that were granted.
    var attempts = 0
    let attemptsMaximum: Int
    let keepsHistory: Bool

    init(_ scenario: Scenario) {
        jobs = Array(repeating: nil, count: (scenario.uploads.map(\.number).max() ?? -1) + 1)
        tenants = scenario.tenants.map {
            ModelTenant(id: $0.id, weight: $0.weight, cap: $0.cap)
        }
        attemptsMaximum = scenario.attemptsMaximum
        keepsHistory = scenario.keepsHistory
    }

    /// The upload and position that a unit's name stands for; nil for one that is not there.
    func place(_ unit: UnitID) -> (job: Int, position: Int)? {
        let number = Upload.number(of: unit.job)
        guard jobs.indices.contains(number), let job = jobs[number], job.id == unit.job,
            job.units.indices.contains(unit.position)
        else { return nil }
        return (number, unit.position)
    }

    func unit(_ id: UnitID) -> ModelUnit? {
        place(id).flatMap { jobs[$0.job]?.units[$0.position] }
    }

    /// The row of a unit that is there.
    subscript(job: Int, position: Int) -> ModelUnit {
        get {
            guard let unit = jobs[job]?.units[position] else { preconditionFailure("it is there") }
            return unit
        }
        _modify {
            precondition(jobs[job] != nil, "it is there")
            yield &jobs[job]!.units[position]
        }
    }

    mutating func arrow(_ job: Int, _ position: Int?, _ from: String?, _ to: String) {
        guard keepsHistory else { return }
        jobs[job]?.arrows.append(ModelArrow(position: position, from: from, to: to))
    }

    mutating func enqueue(_ upload: Upload, as id: JobID, now: Int64) -> Bool {
        if let job = jobs[upload.number], job.state != .failed, job.state != .cancelled {
            return false
        }
        guard jobs[upload.number] == nil else { preconditionFailure("a repetition comes at once") }
        jobs[upload.number] = ModelJob(
            upload: upload, id: id, attemptsMaximum: attemptsMaximum, now: now)
        unfinished += 1
        arrow(upload.number, nil, nil, "planning")
        return true
    }

    mutating func cancel(_ number: Int, now: Int64) -> Bool {
        guard let job = jobs[number], !job.state.isFinal else { return false }
        endUnits(number, now: now)
        end(number, .cancelled)
        return true
    }

    mutating func end(_ number: Int, _ state: JobState) {
        arrow(number, nil, jobs[number]?.state.rawValue, state.rawValue)
        jobs[number]?.state = state
        unfinished -= 1
    }

    /// All units that have not ended are cancelled, whoever holds them.
    mutating func endUnits(_ number: Int, now: Int64) {
        for position in jobs[number]?.units.indices ?? 0..<0 {
            let unit = self[number, position]
            guard !unit.state.isFinal else { continue }
            dropLeases(number, position)
            if unit.state == .leased { self[number, position].epoch += 1 }
            self[number, position].state = .cancelled
            arrow(number, position, unit.state.rawValue, "cancelled")
        }
    }

    mutating func dropLeases(_ number: Int, _ position: Int) {
        guard let job = jobs[number] else { return }
        tenants[job.upload.tenant].leased -= job.units[position].leases
        self[number, position].holder = nil
        self[number, position].rival = nil
    }
}
