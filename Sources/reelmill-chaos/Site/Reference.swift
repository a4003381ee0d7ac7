import Foundation

/// What a run that nothing disturbs makes, and what happens in it.
struct Reference {
    /// Every file of the output but the receipt, which names its job and attempts.
    var files: [String: Data]
    /// How long it takes, and how much it writes.
    var seconds: Double
    var bytes: Int64
    /// How often each marker is in its log.
    var markerCounts: [Marker: Int]
    /// How often each target's call is made, and the clock is read.
    var targetCounts: [FaultTarget: Int]
    var clockReadings: Int

    /// Makes it, under the fault layer with rules that only count, so that every number is of the very
    /// program that will be disturbed.
    static func make(_ workshop: Workshop, patienceSeconds: Double) throws -> Reference {
        let site = try Site(workshop, name: "undisturbed", patienceSeconds: patienceSeconds)
        let targets = FaultTarget.syncs + FaultTarget.writes
        let start = Instant.now
        let child = try site.startTranscode(
            Faults(rules: targets.map { $0.rule("count", when: "1") }))
        guard try site.ending(of: child) == 0 else {
            throw ChaosFault("the undisturbed run failed: \(child.errors)")
        }
        let seconds = Instant.now - start
        let met = try counts(of: site)
        let log = child.errors
        let reference = Reference(
            files: try Reference.contents(site.output), seconds: seconds,
            bytes: try size(of: site.place),
            markerCounts: Dictionary(
                uniqueKeysWithValues: Marker.all.map { ($0, $0.count(in: log)) }),
            targetCounts: Dictionary(
                uniqueKeysWithValues: zip(targets, targets.indices.map { met[$0] ?? 0 })),
            clockReadings: try clockReadings(of: site))
        try site.remove()
        return reference
    }

    static func contents(_ output: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: output)
        where name != "receipt.json" {
            files[name] = FileManager.default.contents(atPath: output + "/" + name)
        }
        return files
    }

    private static func counts(of site: Site) throws -> [Int: Int] {
        let text = try String(contentsOfFile: site.faultLog, encoding: .utf8)
        var met: [Int: Int] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("met ") {
            let words = line.split(separator: " ")
            guard words.count == 3, let rule = Int(words[1]) else { continue }
            met[rule] = Int(words[2])
        }
        guard !met.isEmpty else { throw ChaosFault("the fault layer was not loaded") }
        return met
    }

    private static func clockReadings(of site: Site) throws -> Int {
        let text = try String(contentsOfFile: site.faultLog, encoding: .utf8)
        let line = text.split(separator: "\n").last { $0.hasPrefix("readings ") }
        guard let count = line.flatMap({ Int($0.dropFirst(9)) }), count > 0 else {
            throw ChaosFault("the fault layer did not see the clock being read")
        }
        return count
    }

    private static func size(of folder: String) throws -> Int64 {
        let manager = FileManager.default
        return try manager.subpathsOfDirectory(atPath: folder).reduce(0) { sum, name in
            let attributes = try manager.attributesOfItem(atPath: folder + "/" + name)
            return sum + ((attributes[.size] as? NSNumber)?.int64Value ?? 0)
        }
    }
}
