import Foundation

/// All that must be true once a disturbed job is ready and a node has started after it.
struct Claims {
    let site: Site
    let reference: Reference

    /// What is not true, in sentences.
    func violations(kept: [Int: KeptUnit]) throws -> [String] {
        var found: [String] = []
        for arguments in [["audit", "--bytes"], ["verify", site.output]] {
            let child = try site.run(arguments)
            if child.ending != 0 {
                found.append(
                    "reelmill \(arguments[0]) ended with \(child.ending ?? 0): "
                        + child.output.suffix(500) + child.errors.suffix(500))
            }
        }
        found += try wrongBytes()
        let staged = try names(site.state + "/store/staging")
        if !staged.isEmpty { found.append("staging was left after the sweep: \(staged)") }
        let hidden = try names(site.place).filter { $0.hasPrefix(".out.reelmill-") }
        if !hidden.isEmpty { found.append("directories of publishing were left: \(hidden)") }
        let orphans = orphans()
        if !orphans.isEmpty { found.append("processes were left behind: \(orphans)") }
        let units = try LedgerView(site: site).job()?.units ?? []
        for unit in units {
            guard let before = kept[unit.position] else { continue }
            if before != KeptUnit(unit) || unit.state != "done" {
                found.append(
                    "unit \(unit.position) was done at \(before) and is \(unit.state) at "
                        + "\(KeptUnit(unit))")
            }
        }
        if units.count < kept.count { found.append("units that were done are gone") }
        return found
    }

    private func wrongBytes() throws -> [String] {
        let files = try Reference.contents(site.output)
        return Set(files.keys).union(reference.files.keys).sorted().compactMap { name in
            files[name] == reference.files[name]
                ? nil : "\(name) is not what an undisturbed run makes"
        }
    }

    /// Processes that hold a file of the site although every node has ended. The kernel needs a moment to
    /// end what a killed node leaves.
    private func orphans() -> [pid_t] {
        let deadline = Instant.now + 5
        var left = ProcessTable.holders(below: site.folder)
        while !left.isEmpty, Instant.now < deadline {
            usleep(20_000)
            left = ProcessTable.holders(below: site.folder)
        }
        return left
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }
}

/// At which attempt and epoch a unit was done: what is done once stays as it is.
struct KeptUnit: Equatable, CustomStringConvertible {
    var attempt: Int
    var epoch: Int

    init(_ unit: LedgerView.Unit) {
        attempt = unit.attempt
        epoch = unit.epoch
    }

    var description: String { "attempt \(attempt), epoch \(epoch)" }
}
