import CLedger
import TranscodeModel

/// Recomputes the hashes of a part of the history.
struct LinkCheck {
    /// From so many events on it is worth a thread of its own.
    static let worthwhile: Int64 = 20_000

    private let first: Int64
    private let last: Int64

    init(_ first: Int64, _ last: Int64) {
        self.first = first
        self.last = last
    }

    /// The events that do not hash to what is stored with them, after what is stored with the one before.
    func broken(_ connection: OpaquePointer) throws -> [Int64] {
        let rows = try Statement(
            connection, "SELECT * FROM event WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence")
        rows.bind(1, first - 1)
        rows.bind(2, last)
        var hash = [UInt8](repeating: 0, count: Digest.byteCount)
        var broken: [Int64] = []
        while try rows.step() {
            let isLinked = reelmill_event_check(rows.pointer, &hash) != 0
            if !isLinked, rows.int64(0) >= first { broken.append(rows.int64(0)) }
        }
        return broken
    }
}
