package import TranscodeModel

extension MemoryLedger {
    /// Everything that the ledger holds, as a value: a copy is a snapshot, and costs what is changed afterwards.
    package struct State: Hashable, Sendable {
        let plantedBug: PlantedBug?
        /// Without it events are counted, and the newest of each row is kept, and no more.
        let keepsHistory: Bool

        package var jobs: [JobRow] = []
        var jobPlaces: [JobID: Int] = [:]
        var liveByContent: [ContentKey: Int] = [:]
        var liveByKey: [CallerKey: Int] = [:]
        var unfinished = 0

        var tenants: [TenantRow] = []
        var tenantPlaces: [TenantID: Int] = [:]
        /// Those that have due units.
        var readyTenants: [Int] = []
        var delayed = OrderedChunks<DelayedKey>()
        var leased: [UnitPlace] = []
        package var virtualTime = 0.0

        var nodes: [NodeID: NodeRow] = [:]
        /// In the order in which they began: `sortedLiveNodes`, kept since every survey shows it.
        package internal(set) var liveNodes: [NodeRecord] = []
        var breakers: [String: BreakerRecord] = [:]
        var artifacts: [ContentKey: UnitPlace] = [:]
        var backfills: [String: MemoryBackfill] = [:]
        /// In the order in which they came into being.
        var backfillOrder: [String] = []
        var backfillProfiles: [Digest: Profile] = [:]
        /// Jobs that were ever held, or may be leased up to a time only.
        var held: Set<Int> = []
        var condemned: [ArtifactKey: CondemnedRow] = [:]
        /// By machine, then by the kind of work.
        var learnedCosts: [String: [String: LearnedCost]] = [:]

        package var eventCount: Int64 = 0
        var events: [EventRecord] = []
        var head = EventChain.start
        var touched: Set<Int> = []

        package init(keepsHistory: Bool = true, plantedBug: PlantedBug? = nil) {
            self.keepsHistory = keepsHistory
            self.plantedBug = plantedBug
        }
    }
}

extension MemoryLedger.State {
    func hasBug(_ bug: PlantedBug) -> Bool { plantedBug == bug }

    /// Nil for a unit that is not there, or another tenant's.
    func place(_ unit: UnitID, _ tenant: TenantID) -> UnitPlace? {
        guard let job = jobPlaces[unit.job], jobs[job].units.indices.contains(unit.position),
            jobs[job].facts.submission.tenant == tenant
        else { return nil }
        return UnitPlace(job: job, position: unit.position)
    }

    subscript(place: UnitPlace) -> UnitRow {
        _read { yield jobs[place.job].units[place.position] }
        _modify { yield &jobs[place.job].units[place.position] }
    }

    func token(_ place: UnitPlace, _ hold: Hold) -> LeaseToken {
        let facts = jobs[place.job].facts
        return LeaseToken(
            tenant: facts.submission.tenant,
            unit: UnitID(job: facts.submission.id, position: place.position),
            epoch: self[place].epoch, attempt: hold.attempt)
    }

    // Ready units

    private func readyKey(_ place: UnitPlace) -> ReadyKey {
        let facts = jobs[place.job].facts
        return ReadyKey(
            priority: facts.submission.priority, isUrgent: self[place].facts.isUrgent,
            createdAt: facts.createdAt, job: facts.submission.id,
            criticalSeconds: self[place].facts.criticalSeconds,
            place: place)
    }

    /// A unit that has just become ready.
    mutating func queue(_ place: UnitPlace, now: Int64) {
        if self[place].runAt > now {
            self[place].queue = .delayed
            delayed.insert(DelayedKey(runAt: self[place].runAt, place: place))
        } else {
            makeDue(place)
        }
    }

    /// Where a unit waits.
    private func line(
        _ place: UnitPlace
    ) -> WritableKeyPath<TenantRow, OrderedChunks<ReadyKey>> {
        switch jobs[place.job].facts.submission.jobClass {
        case .live: self[place].facts.isUrgent ? \.urgent : \.live
        case .backfill: \.backfill
        }
    }

    private mutating func makeDue(_ place: UnitPlace) {
        let key = readyKey(place)
        let tenant = jobs[place.job].tenant
        tenants[tenant][keyPath: line(place)].insert(key)
        if tenants[tenant].readyIndex < 0 {
            tenants[tenant].readyIndex = readyTenants.count
            readyTenants.append(tenant)
        }
        self[place].queue = .due
    }

    /// A unit that is not ready any more.
    mutating func unqueue(_ place: UnitPlace) {
        switch self[place].queue {
        case .none: return
        case .delayed:
            delayed.remove(DelayedKey(runAt: self[place].runAt, place: place))
        case .due:
            let key = readyKey(place)
            let tenant = jobs[place.job].tenant
            tenants[tenant][keyPath: line(place)].remove(key)
            let index = tenants[tenant].readyIndex
            if !tenants[tenant].hasDueUnits, index >= 0 {
                tenants[tenant].readyIndex = -1
                let last = readyTenants.removeLast()
                if last != tenant {
                    readyTenants[index] = last
                    tenants[last].readyIndex = index
                }
            }
        }
        self[place].queue = .none
    }

    /// Moves the units whose time has come to where they are looked for.
    mutating func makeDue(now: Int64) {
        while let next = delayed.first, next.runAt <= now {
            delayed.remove(next)
            makeDue(next.place)
        }
    }

    // Leased units

    mutating func addLeased(_ place: UnitPlace) {
        self[place].leasedIndex = leased.count
        leased.append(place)
    }

    mutating func removeLeased(_ place: UnitPlace) {
        let index = self[place].leasedIndex
        self[place].leasedIndex = -1
        let last = leased.removeLast()
        if last != place {
            leased[index] = last
            self[last].leasedIndex = index
        }
    }

    /// Takes every lease off a unit.
    mutating func dropLeases(_ place: UnitPlace) {
        let row = self[place]
        guard row.holder != nil else { return }
        tenants[jobs[place.job].tenant].leased -= row.rival == nil ? 1 : 2
        self[place].holder = nil
        self[place].rival = nil
        removeLeased(place)
    }
}
