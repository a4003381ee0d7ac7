public import Ledger
import TranscodeModel

/// How much room there is where artifacts are kept.
public struct DiskSpace: Hashable, Sendable, Codable {
    public var freeBytes: Int64
    public var totalBytes: Int64

    public init(freeBytes: Int64, totalBytes: Int64) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }

    /// Of a store that does not say.
    public static let unknown = DiskSpace(freeBytes: 0, totalBytes: 0)
}

/// A height of the free space.
public struct DiskMark: Hashable, Sendable {
    public var bytes: Int64?
    /// Of the whole disk, 0 to 1.
    public var share: Double?

    /// The smaller of both where both are given; at least one is.
    public init(bytes: Int64? = nil, share: Double? = nil) {
        precondition(bytes != nil || share != nil)
        precondition(bytes ?? 0 >= 0 && (0...1).contains(share ?? 0))
        self.bytes = bytes
        self.share = share
    }

    public func bytes(of disk: DiskSpace) -> Int64 {
        min(bytes ?? .max, share.map { Int64($0 * Double(max(disk.totalBytes, 0))) } ?? .max)
    }
}

/// When a disk is short of room, and what may be done on it then (I17).
///
/// Below `low` it is short, and stays so until there is as much as `high` again; so is one of which nothing is known. What
/// was begun goes on. Of what was not,
/// units that end a job may be: a stitch, a package, a verification, a publication; without them nothing could ever be
/// removed. Where no job is so far, one job goes on, the oldest, for as long as half of `low` is left: otherwise jobs
/// that are all half done would wait for each other for ever. Nothing else is begun.
public struct DiskRule: Hashable, Sendable {
    public var low: DiskMark
    /// Where it is less than `low`, `low` counts.
    public var high: DiskMark

    public init(low: DiskMark, high: DiskMark) {
        self.low = low
        self.high = high
    }

    /// No disk of which anything is known is ever short.
    public static let none = DiskRule(low: DiskMark(bytes: 0), high: DiskMark(bytes: 0))

    public static let standard = DiskRule(
        low: DiskMark(bytes: 10_000_000_000, share: 0.05),
        high: DiskMark(bytes: 15_000_000_000, share: 0.07))

    public func lowBytes(of disk: DiskSpace) -> Int64 { low.bytes(of: disk) }

    public func highBytes(of disk: DiskSpace) -> Int64 {
        max(high.bytes(of: disk), lowBytes(of: disk))
    }

    /// - Parameter wasShort: when it was looked at last.
    public func isShort(_ disk: DiskSpace, wasShort: Bool) -> Bool {
        disk.totalBytes <= 0
            || disk.freeBytes < (wasShort ? highBytes(of: disk) : lowBytes(of: disk))
    }

    /// Those that may be begun on a disk that is short.
    ///
    /// - Parameter fits: whether a unit can be begun now, as to everything else. One that ends its job and cannot does not
    ///   keep others from going on.
    public func admitted(
        _ candidates: [Candidate], on disk: DiskSpace,
        where fits: (Candidate) -> Bool = { _ in true }
    ) -> [Candidate] {
        let candidates = candidates.filter { !$0.kind.endsJob || fits($0) }
        let ending = candidates.filter(\.kind.endsJob)
        guard ending.isEmpty, disk.freeBytes > lowBytes(of: disk) / 2 else { return ending }
        // One that was planned: what a probe leads to is not yet known.
        let oldest = candidates.filter { $0.kind != .probe }.min {
            $0.jobCreatedMilliseconds != $1.jobCreatedMilliseconds
                ? $0.jobCreatedMilliseconds < $1.jobCreatedMilliseconds
                : $0.unit.job.text < $1.unit.job.text
        }
        return candidates.filter { $0.unit.job == oldest?.unit.job }
    }
}
