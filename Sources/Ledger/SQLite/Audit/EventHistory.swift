import CLedger
import TranscodeModel

/// The history, read once from its start: whether it is intact, and where it left each row.
///
/// A row names its newest event, and that the one before: so a row's own history is a list, whose end the row must
/// agree with. What an audit keeps of it is one `Ending` a row.
struct EventHistory {
    /// What the history says of a unit, job, tenant or breaker in the end.
    struct Ending {
        var newest: reelmill_event_facts
        /// Events in all; of those, leases and hedges.
        var count = 1
        var leases = 0
        /// The newest event that made the unit leased, from ready.
        var claimedAt: Int64 = 0
        var bornAt: Int64
        /// Of the first event, and of the one that made a job run.
        var birthDetail: UInt64
        var runDetail: UInt64 = 0
        /// Whether a row names it.
        var isNamed = false

        init(_ first: reelmill_event_facts) {
            newest = first
            bornAt = first.at
            birthDetail = first.detail
        }
    }

    let seed: UInt64
    /// From which event on the hashes are recomputed here.
    var checksLinks: Int64 = 1
    private(set) var endings: [Ending] = []
    /// By sequence number: whose event it is, as an index of `endings`.
    private var owners: [Int32] = [-1]
    private(set) var sequence: Int64 = 0
    private(set) var atMilliseconds: Int64 = 0
    private(set) var head = [UInt8](repeating: 0, count: Digest.byteCount)

    static let leased = name("leased")
    private static let ready = name("ready")
    private static let running = name("running")

    init(seed: UInt64) { self.seed = seed }

    static func name(_ text: StaticString) -> UInt64 {
        reelmill_short_name(text.utf8Start, text.utf8CodeUnitCount)
    }

    func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        reelmill_text_hash(seed, bytes.baseAddress, bytes.count)
    }

    /// The identity of a row, as `reelmill_event_read` makes it.
    func subject(tenant: UInt64, job: UInt64, place: UInt64) -> UInt64 {
        withUnsafeBytes(of: place) {
            reelmill_text_hash(tenant ^ (job &* 3), $0.baseAddress, $0.count)
        }
    }

    mutating func read(_ connection: OpaquePointer, _ findings: inout AuditFindings) throws {
        let rows = try Statement(connection, "SELECT * FROM event ORDER BY sequence")
        var event = reelmill_event_facts()
        while try rows.step() {
            reelmill_event_read(rows.pointer, seed, checksLinks, &event)
            if event.sequence != sequence + 1 {
                findings.add(
                    "I10", "event \(sequence + 1)",
                    "events are missing before event \(event.sequence)")
                // What is missing belongs to nobody.
                let gap = max(0, min(event.sequence - 1 - sequence, 1 << 24))
                owners.append(contentsOf: repeatElement(-1, count: Int(gap)))
            }
            if event.is_linked == 0 {
                findings.addBrokenLink(event.sequence)
            }
            follow(event, &findings)
            sequence = event.sequence
        }
        atMilliseconds = event.at
        head = withUnsafeBytes(of: event.hash) { Array($0) }
    }

    /// Adds an event to what the history says of its row.
    private mutating func follow(_ event: reelmill_event_facts, _ findings: inout AuditFindings) {
        if event.previous == 0 {
            owners.append(Int32(endings.count))
            endings.append(Ending(event))
            count(event, Int(owners[owners.count - 1]))
            return
        }
        let owner = self.owner(of: event.previous)
        guard let owner, endings[owner].newest.sequence == event.previous,
            endings[owner].newest.subject == event.subject
                && (event.from == endings[owner].newest.to || event.from == 0)
        else {
            findings.add(
                "I10", "event \(event.sequence)",
                "it does not follow the event that it names before it")
            owners.append(-1)
            return
        }
        owners.append(Int32(owner))
        endings[owner].newest = event
        endings[owner].count += 1
        count(event, owner)
    }

    private mutating func count(_ event: reelmill_event_facts, _ owner: Int) {
        if event.to == EventHistory.leased {
            if event.from == EventHistory.ready {
                endings[owner].leases += 1
                endings[owner].claimedAt = event.at
            } else if event.attempt > endings[owner].leases {
                // A hedge; the loss of one of two leases names an attempt that was counted.
                endings[owner].leases += 1
            }
        } else if event.to == EventHistory.running, event.from != event.to {
            endings[owner].runDetail = event.detail
        }
    }

    func owner(of sequence: Int64) -> Int? {
        guard sequence > 0, sequence < Int64(owners.count) else { return nil }
        let owner = owners[Int(sequence)]
        return owner < 0 ? nil : Int(owner)
    }

    /// The ending that a row names as its own; nil, and a finding, if it is not.
    mutating func ending(
        _ sequence: Int64, of subject: UInt64, _ name: @autoclosure () -> String,
        _ findings: inout AuditFindings
    ) -> Ending? {
        guard let owner = owner(of: sequence), endings[owner].newest.sequence == sequence,
            endings[owner].newest.subject == subject
        else {
            findings.add("I10", name(), "its newest event is not the one that its row names")
            return nil
        }
        endings[owner].isNamed = true
        return endings[owner]
    }
}
