import ArtifactStore
import Scheduler
import TranscodeModel

/// How much room the store has, beside the marks below and above which work stops and goes on.
struct DiskReport: Encodable {
    var freeBytes: Int64
    var totalBytes: Int64
    var lowBytes: Int64
    var highBytes: Int64
    /// Less than `lowBytes` are free.
    var isShort: Bool
    /// Enough are free to begin something new, but not for a node that has seen fewer than `lowBytes` since it last saw
    /// `highBytes`; that is known to the node alone.
    var isBetween: Bool

    init(_ workplace: Workplace) throws {
        let space = try workplace.store.space()
        let disk = DiskSpace(freeBytes: space.freeBytes, totalBytes: space.totalBytes)
        let rule = workplace.settings.disk
        freeBytes = disk.freeBytes
        totalBytes = disk.totalBytes
        lowBytes = rule.lowBytes(of: disk)
        highBytes = rule.highBytes(of: disk)
        isShort = rule.isShort(disk, wasShort: false)
        isBetween = !isShort && rule.isShort(disk, wasShort: true)
    }

    var text: String {
        "\(Quantity.bytes(freeBytes)) of \(Quantity.bytes(totalBytes)) free"
    }

    /// What follows from it.
    var consequence: String? {
        if isShort {
            return "SHORT: nothing new is begun or enqueued, and nodes begin nothing before "
                + "\(Quantity.bytes(highBytes)) are free; \(DiskReport.advice)"
        }
        guard isBetween else { return nil }
        return "between the marks: nodes that were short begin nothing new before "
            + "\(Quantity.bytes(highBytes)) are free (disk-high)"
    }

    static let advice =
        "run `reelmill gc --delete`, free some space otherwise, or lower disk-low"
}

extension Workplace {
    /// Refuses new work where there is too little room for it: it would take the room of what is under way.
    func requireRoom() throws {
        let disk = try DiskReport(self)
        guard disk.isShort else { return }
        throw CommandFault(
            .unreachable,
            "\(settings.storePath): \(disk.text), less than \(Quantity.bytes(disk.lowBytes)) (disk-low), so "
                + "nothing new is enqueued; of the jobs that are on the ledger nodes begin only what can end, until "
                + "there are \(Quantity.bytes(disk.highBytes)) (disk-high). To make room, "
                + DiskReport.advice + ".")
    }
}
