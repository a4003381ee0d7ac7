import TranscodeModel

/// An upload of a trace.
struct TraceUpload: Sendable {
    var atMilliseconds: Int64
    /// Its class, by number.
    var shape: Int
    var tenant: Int
    /// Its probe finds that nothing can be made of it.
    var isUnusable: Bool
}

/// What goes wrong in a trace, beside uploads that are no videos.
struct TraceTroubles: Sendable {
    /// Of all attempts: those that fail once, and whose worker crashes.
    var transientShare = 0.003
    var crashShare = 0.001
    /// Hours until a node dies, in the mean; it is back after some seconds. Nil for never.
    var nodeHours: Double? = 240
    /// Of all attempts: those that take `slowFactor` times as long, since they have a bad core.
    var slowShare = 0.0
    var slowFactor = 8.0
    /// Of the logarithm of what one attempt takes against another.
    var runSigma = CostSpread.runSigma

    static let none = TraceTroubles(
        transientShare: 0, crashShare: 0, nodeHours: nil, runSigma: 0)
}

/// All that a trace asks of a fleet.
struct TraceLoad: Sendable {
    var seed: UInt64
    var hours: Double
    /// By arrival.
    var uploads: [TraceUpload]
    var shapes: [TraceShape]
    var tenants: [TenantID]
    var profile: Profile
    var profileDigest: Digest
    var troubles: TraceTroubles
    /// The start of a worker comes on top of what its unit takes, and is not part of it.
    var countsStarts = true

    /// A day's, or the first hours of one.
    ///
    /// - Throws: `Failure` when the profile has nothing to make of such sources.
    init(_ options: TraceOptions) throws(Failure) {
        seed = options.seed
        hours = options.hours
        profile = options.profile
        profileDigest = digest(1, 0x7261_6365, 0)
        troubles = options.troubles
        tenants = (1...UploadMix.tenants).map(TraceLoad.tenant)
        let curve = DayCurve(hours: options.hours, seed: options.seed)
        let mix = UploadMix()
        var chance = Chance(seed: options.seed, purpose: 31)
        let count = max(1, Int((Double(options.uploadsOfDay) * options.hours / 24).rounded()))
        let arrivals = curve.arrivals(count, &chance)
        let catalogue = ShapeCatalogue(
            profile: options.profile, workersOfJob: options.workersOfJob,
            isLearned: options.isLearned, seed: options.seed)
        var drawn: [TraceUpload] = []
        drawn.reserveCapacity(count)
        for arrival in arrivals {
            let key = ShapeCatalogue.Key(
                seconds: UploadMix.classSeconds(mix.seconds(&chance)), size: mix.size(&chance),
                content: chance.integer(0...CostSpread.contents - 1))
            drawn.append(
                TraceUpload(
                    atMilliseconds: arrival, shape: try catalogue.place(key),
                    tenant: mix.tenant(&chance),
                    isUnusable: chance.happens(UploadMix.unusableShare)))
        }
        uploads = drawn
        shapes = catalogue.shapes
    }

    /// These uploads and no others.
    init(
        uploads: [TraceUpload], shapes: [TraceShape], profile: Profile, troubles: TraceTroubles,
        seed: UInt64, countsStarts: Bool = true
    ) {
        self.seed = seed
        self.countsStarts = countsStarts
        hours = 1
        self.uploads = uploads
        self.shapes = shapes
        tenants = [TraceLoad.tenant(1)]
        self.profile = profile
        profileDigest = digest(1, 0x7261_6365, 0)
        self.troubles = troubles
    }

    private static func tenant(_ rank: Int) -> TenantID {
        guard let id = TenantID("t\(rank)") else { preconditionFailure("a plain name") }
        return id
    }

    /// What the work of all uploads that can be used occupies workers for, in seconds.
    var workerSeconds: Double {
        let ofShape = shapes.map { shape in
            shape.trueSeconds.indices.reduce(0) {
                $0 + shape.trueSeconds[$1]
                    + Double(overheadMilliseconds(shape.kind($1))) / 1000
            }
        }
        return uploads.filter { !$0.isUnusable }.reduce(0) { $0 + ofShape[$1.shape] }
    }

    /// What an attempt takes beside its work.
    func overheadMilliseconds(_ kind: UnitKind) -> Int64 {
        CostSpread.settleMilliseconds
            + (countsStarts && CostSpread.isWorkers(kind) ? CostSpread.workerStartMilliseconds : 0)
    }
}
