import Foundation

/// A round's own directory: a state, an output, and the logs of all that is run there.
final class Site {
    let workshop: Workshop
    let folder: String
    /// Holds the state and the output; may be a disk of its own.
    let place: String
    /// After so long a program is stuck.
    let patienceSeconds: Double
    private var runs = 0

    init(_ workshop: Workshop, name: String, patienceSeconds: Double) throws {
        self.workshop = workshop
        self.patienceSeconds = patienceSeconds
        folder = workshop.folder + "/" + name
        place = folder + "/place"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    }

    var state: String { place + "/state" }
    var output: String { place + "/out" }
    var faultLog: String { folder + "/faults" }

    /// The command that every round disturbs, and that goes on after a disturbance.
    func startTranscode(_ faults: Faults? = nil, leaseMilliseconds: Int? = nil) throws -> Child {
        try start(
            [
                "transcode", workshop.clip, "-o", output, "--profile", workshop.profile,
                "--workers", "2",
            ], faults, leaseMilliseconds)
    }

    func start(
        _ arguments: [String], _ faults: Faults? = nil, _ leaseMilliseconds: Int? = nil
    ) throws(ChaosFault) -> Child {
        runs += 1
        var environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "REELMILL_STATE": state,
            "REELMILL_LOG": "debug", "NO_COLOR": "1",
            // Its disks are to be full, and not only nearly so.
            "REELMILL_DISK_LOW": "0", "REELMILL_DISK_HIGH": "0",
        ]
        environment["REELMILL_LEASE_MS"] = leaseMilliseconds.map { "\($0)" }
        if let faults {
            environment.merge(
                faults.environment(library: workshop.faultLibrary, log: faultLog)
            ) { $1 }
        }
        return try Child.start(
            workshop.reelmill, arguments, environment: environment,
            log: "\(folder)/\(runs)-\(arguments[0])")
    }

    /// Runs a command to its end. A violation when it does not come to one.
    func run(_ arguments: [String]) throws -> Child {
        let child = try start(arguments)
        _ = try ending(of: child)
        return child
    }

    func ending(of child: Child) throws -> Int32 {
        if let ending = child.wait(seconds: patienceSeconds) { return ending }
        child.end()
        throw Violation(
            "a process had not ended after \(Int(patienceSeconds)) s; its log is \(child.errorPath)"
        )
    }

    /// How many faults of the layer came about.
    var firedFaults: Int {
        let text = FileManager.default.contents(atPath: faultLog) ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
            .count { $0.hasPrefix("fired") }
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }
}

/// Something that must always be true and was not.
struct Violation: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
