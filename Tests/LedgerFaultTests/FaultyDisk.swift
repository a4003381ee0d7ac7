import CFaultVFS
import Foundation
import Testing

/// The process's faulty disk and memory, as Swift.
enum FaultyDisk {
    struct Calls: OptionSet, Sendable {
        let rawValue: UInt32

        static let read = Calls(reelmill_fault_read)
        static let write = Calls(reelmill_fault_write)
        static let sync = Calls(reelmill_fault_sync)
        static let truncate = Calls(reelmill_fault_truncate)
        static let size = Calls(reelmill_fault_size)
        static let open = Calls(reelmill_fault_open)
        static let delete = Calls(reelmill_fault_delete)
        static let access = Calls(reelmill_fault_access)
        static let lock = Calls(reelmill_fault_lock)
        static let sharedMap = Calls(reelmill_fault_shared_map)
        static let sharedLock = Calls(reelmill_fault_shared_lock)
        static let memory = Calls(reelmill_fault_memory)

        static let disk: Calls = [
            .read, .write, .sync, .truncate, .size, .open, .delete, .access, .lock, .sharedMap,
            .sharedLock,
        ]
        static let locks: Calls = [.lock, .sharedLock]

        init(rawValue: UInt32) { self.rawValue = rawValue }
        private init(_ call: reelmill_fault_call) { rawValue = UInt32(call.rawValue) }
    }

    /// What goes wrong, with which calls, and for how many of them.
    struct Fault: Sendable, CustomStringConvertible {
        var description: String
        var calls: Calls
        /// -1 for ever.
        var count: Int64
        var kind: Kind
    }

    enum Kind: Sendable {
        case ioError, full, busy, noMemory, powerCut
    }

    /// Every test of this disk runs in a process of its own, and calls this first.
    static func install() throws {
        try #require(reelmill_fault_install() == 0)
    }

    static func arm(_ fault: Fault, at call: Int) {
        reelmill_fault_arm(
            fault.calls.rawValue, Int64(call), fault.count,
            reelmill_fault_kind(fault.kind))
    }

    static func disarm() { reelmill_fault_disarm() }
    static var hasFired: Bool { reelmill_fault_fired() > 0 }
    static var openFiles: Int { Int(reelmill_fault_open_files()) }
    static func settle() { reelmill_fault_settle() }
    static func count(_ calls: Calls) -> Int { Int(reelmill_fault_calls(calls.rawValue)) }
    static func cut() { reelmill_fault_cut() }

    /// What became of the writes and truncations that were not synced when the power went.
    struct Loss: Sendable {
        var kept = 0
        var undone = 0
        var torn = 0
        /// Deleted files that are back.
        var resurrected = 0
    }

    @discardableResult
    static func restore(seed: UInt64) throws -> Loss {
        var loss = reelmill_fault_loss()
        try #require(reelmill_fault_restore(seed, &loss) == 0)
        return Loss(
            kept: Int(loss.kept), undone: Int(loss.undone), torn: Int(loss.torn),
            resurrected: Int(loss.resurrected))
    }
}

extension reelmill_fault_kind {
    init(_ kind: FaultyDisk.Kind) {
        self =
            switch kind {
            case .ioError: reelmill_fault_io_error
            case .full: reelmill_fault_full
            case .busy: reelmill_fault_busy
            case .noMemory: reelmill_fault_no_memory
            case .powerCut: reelmill_fault_power_cut
            }
    }
}

/// A directory that goes with the value. In memory, where there is such a place: the faulty disk syncs nothing.
final class Scratch {
    let path: String

    init() throws {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
        path = parent.appending(path: "reelmill-fault-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
