import TranscodeModel

/// One lease, as the reference model remembers it.
struct ModelHold: Equatable {
    var attempt: Int
    var node: NodeID
    var until: Int64
}

/// What the reference model knows of a unit: only from what was asked and answered.
struct ModelUnit {
    var state: UnitState
    var unmet: Int
    var runAt: Int64
    var attempt = 0
    var attemptsMaximum: Int
    var epoch: Int64 = 0
    var holder: ModelHold?
    var rival: ModelHold?
    var progress = 0
    var crashes = 0
    var isSplit = false
    var startedAt: Int64?
    var finishedAt: Int64?
    var failure: Failure?
    /// The lease whose completion was acknowledged.
    var committed: (epoch: Int64, attempt: Int)?

    /// Whether a token names a lease that is there.
    func isHeld(epoch: Int64, attempt: Int) -> Bool {
        state == .leased && self.epoch == epoch
            && (holder?.attempt == attempt || rival?.attempt == attempt)
    }

    func hold(attempt: Int) -> ModelHold? {
        holder?.attempt == attempt ? holder : rival?.attempt == attempt ? rival : nil
    }

    var leases: Int { (holder == nil ? 0 : 1) + (rival == nil ? 0 : 1) }
}

/// An arrow that the history must show.
struct ModelArrow: Hashable {
    var position: Int?
    var from: String?
    var to: String
}

struct ModelJob {
    let upload: Upload
    let id: JobID
    var state = JobState.planning
    var failure: Failure?
    var failedUnit: Int?
    var units: [ModelUnit]
    var unitsDone = 0
    var arrows: [ModelArrow] = []

    init(upload: Upload, id: JobID, attemptsMaximum: Int, now: Int64) {
        self.upload = upload
        self.id = id
        units = [
            ModelUnit(state: .ready, unmet: 0, runAt: now, attemptsMaximum: attemptsMaximum)
        ]
    }

    func kind(_ position: Int) -> UnitKind {
        position == 0 ? .probe : upload.shape.units[position - 1].work.kind
    }

    func estimate(_ position: Int) -> Estimate {
        position == 0 ? upload.shape.probeEstimate : upload.shape.units[position - 1].estimate
    }

    func content(_ position: Int) -> Digest {
        position == 0
            ? digest(5, UInt64(upload.number), 0)
            : digest(6, UInt64(upload.number), UInt64(position))
    }
}

struct ModelTenant {
    let id: TenantID
    let weight: Double
    let cap: Int?
    var virtualTime = 0.0
    /// A unit with a second lease counts twice.
    var leased = 0

    var hasRoom: Bool { cap.map { leased < $0 } ?? true }
}
