import ArgumentParser
import Foundation

struct BenchLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Measure the ledger, every commit synced, beside a bare SQLite table.",
        discussion: """
            Jobs have a hundred encodes, a stitch and a publish. A lease and a completion are two \
            transactions; the bare table inserts a row in one and updates it in another, with the same \
            settings, statements and batches. Of several runs the best is told.

            EXAMPLES:
              reelmill bench ledger
              reelmill bench ledger --units 1000000 --runs 3 --markdown
              reelmill bench ledger --directory /mnt/disk --batches 128 --clients 64 --json
            """)

    @Option(help: "Where to make the ledgers, which are removed in the end; TMPDIR by default.")
    var directory: String?
    @Option(help: "Grow a ledger to so many units.")
    var units = 200_000
    @Option(help: "Measure each figure so often.")
    var runs = 2
    @Option(parsing: .upToNextOption, help: "Units in a transaction.")
    var batches = [1, 16, 128, 1024]
    @Option(
        parsing: .upToNextOption, help: "Clients that send one unit each to the process's writer.")
    var clients = [1, 4, 16, 64]
    @Option(parsing: .upToNextOption, help: "Processes on one ledger.")
    var processes = [2, 4]
    @Flag(help: "Print a table for a page.")
    var markdown = false
    @OptionGroup var format: JSONOption

    // What the bench asks of copies of itself.
    @Option(help: .hidden) var role: String?
    @Option(help: .hidden) var first = 0
    @Option(help: .hidden) var count = 0

    func validate() throws {
        guard runs >= 1, units >= 1, (batches + clients + processes).allSatisfy({ $0 >= 1 }) else {
            throw ValidationError("every number must be at least 1")
        }
    }

    func run() async throws {
        if let role, let role = LedgerBenchRole(rawValue: role) {
            try LedgerBench.work(role, directory ?? "", first: first, count: count)
            return
        }
        let bench = LedgerBench(
            directory: directory ?? FileManager.default.temporaryDirectory.path, runs: runs,
            units: units, batches: batches, clients: clients, processes: processes)
        var report = try await bench.run { Console.note("reelmill: \($0)") }
        try await addRecovery(&report, below: bench.directory)
        if format.json {
            try Console.printJSON("ledger-bench", report)
        } else {
            Console.print(markdown ? report.markdown : report.text)
        }
    }

    /// With a real node and real processes, which the ledger alone cannot tell of.
    private func addRecovery(
        _ report: inout LedgerBenchReport, below directory: String
    ) async throws {
        Console.note("reelmill: from a submit and from a kill until a worker runs")
        let folder =
            directory + "/reelmill-recovery-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let found = try await RecoveryLatency(
            rounds: 50 * runs, folder: folder, settings: try Settings.resolve()
        ).measure()
        try FileManager.default.removeItem(atPath: folder)
        for (name, values, target) in [
            ("submit to a worker that runs", found.submitToRunning, 5.0),
            ("worker killed to the next that runs", found.killToRunning, 100.0),
        ] {
            report.addCost(name + ", p50", found.percentile(values, 0.5), "ms")
            report.addCost(name + ", p99", found.percentile(values, 0.99), "ms", target: target)
        }
    }
}
