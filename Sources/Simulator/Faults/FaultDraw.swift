/// Draws the faults of a world from its seed.
struct FaultDraw {
    var chance: Chance
    let kinds: [FaultKind]
    let uploads: [Upload]
    let safetyMilliseconds: Int64
    let leaseMilliseconds: Int64
    private var faults: [Fault] = []

    init(
        seed: UInt64, selection: FaultSelection, uploads: [Upload],
        safetyMilliseconds: Int64, leaseMilliseconds: Int64
    ) {
        chance = Chance(seed: seed, purpose: 3)
        self.uploads = uploads
        self.safetyMilliseconds = safetyMilliseconds
        self.leaseMilliseconds = leaseMilliseconds
        // Not every world has every fault: what a fault would hide is seen where it is absent (Groce and others,
        // Swarm Testing, 2012).
        var swarm = Chance(seed: seed, purpose: 4)
        let share = swarm.element([0.25, 0.5, 1.0])
        let drawn = selection.kinds.sorted().filter { _ in swarm.happens(share) }
        kinds = drawn.isEmpty ? selection.kinds.sorted() : drawn
    }

    mutating func schedule() -> [Fault] {
        for kind in kinds {
            let most =
                switch kind {
                case .upgrade, .storeDown, .lostWrites: 1
                case .workerCrash, .workerSlow, .workerMemory, .workerTimeout: 1 + uploads.count / 2
                case .poisonUnit, .permanent, .cancel: 1 + uploads.count / 6
                default: 3
                }
            for _ in 0..<chance.integer(0...most) { add(kind) }
        }
        return faults
    }

    private mutating func add(_ kind: FaultKind) {
        var fault = Fault(
            faults.count, kind, at: chance.milliseconds(0...safetyMilliseconds * 9 / 10))
        fault.node = chance.integer(0...11)
        fault.isSecondForm = chance.happens(0.5)
        let short: Int64 = 4_000
        switch kind {
        case .nodeCrash, .lostWrites:
            fault.count = chance.integer(0...12)
            fault.milliseconds = chance.milliseconds(100...leaseMilliseconds)
        case .nodePause:
            fault.count = chance.integer(0...12)
            fault.milliseconds = chance.milliseconds(leaseMilliseconds / 2...2 * leaseMilliseconds)
        case .workerCrash, .workerSlow, .workerMemory, .workerTimeout, .poisonUnit, .permanent:
            let upload = chance.element(uploads)
            fault.upload = upload.number
            fault.position = chance.integer(0...upload.shape.units.count)
            if kind != .poisonUnit && kind != .permanent {
                fault.attempt = chance.happens(0.8) ? 1 : chance.integer(1...3)
            }
        case .cancel: fault.upload = chance.element(uploads).number
        case .storeSync: fault.count = chance.integer(1...4)
        case .storeFull, .storeDown: fault.milliseconds = chance.milliseconds(500...2 * short)
        case .ledgerBusy, .ledgerIO, .ledgerMemory, .commitUnknown:
            fault.count = chance.integer(1...4)
            fault.target = chance.element(Fault.Target.allCases)
        case .duplicate, .delay, .reorder:
            fault.count = chance.integer(1...4)
            fault.target = chance.element(Fault.Target.allCases)
            fault.milliseconds =
                chance.happens(0.3)
                ? chance.milliseconds(leaseMilliseconds / 2...2 * leaseMilliseconds)
                : chance.milliseconds(1...short)
        case .clockJump:
            let size = chance.milliseconds(1...2 * leaseMilliseconds)
            fault.milliseconds = fault.isSecondForm ? -size : size
        case .drain, .upgrade: break
        }
        faults.append(fault)
    }
}
