import Foundation

/// A disk too small for the job, with the state and the output on it, that is made larger while the node
/// struggles or after it gave up.
struct DiskFull: Disturbance {
    let variant = ""
    let mustFire = true

    func disturb(_ site: Site, _ account: Account, _ generator: inout Generator) throws {
        let share = Double.random(in: 0.25...0.8, using: &generator)
        let disk = Disk(folder: site.place)
        let log = site.folder + "/mount"
        try disk.mount(
            bytes: max(128 << 10, Int64(Double(account.reference.bytes) * share)), log: log)
        let child = try site.startTranscode()
        let deadline = Instant.now + site.patienceSeconds
        while !child.hasEnded, disk.freeBytes > 16 << 10, Instant.now < deadline { usleep(1000) }
        let isFull = disk.freeBytes <= 16 << 10
        let delay = Double(generator.milliseconds(upTo: 1500)) / 1000
        let freeing = Instant.now + delay
        while Instant.now < freeing, !child.hasEnded { usleep(1000) }
        try disk.enlarge(bytes: account.reference.bytes * 4 + (64 << 20), log: log)
        let ending = try site.ending(of: child)
        let words = child.errors
        account.hasFired =
            isFull || words.contains("No space left") || words.contains("is full")
        // 4: the ledger itself met the full disk, and the same command goes on.
        guard ending == 0 || ending == 4 else {
            throw Violation(
                "a node on a full disk ended with \(ending): \(child.errors.suffix(600))")
        }
    }

    /// Unmounts the disk; what was on it is kept beside it if need be.
    static func leave(_ site: Site, keepsFiles: Bool) throws {
        if keepsFiles {
            try FileManager.default.copyItem(atPath: site.place, toPath: site.folder + "/kept")
        }
        try Disk(folder: site.place).unmount(log: site.folder + "/mount")
    }
}
