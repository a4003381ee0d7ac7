import ArtifactStore
import ContentDigest
import Foundation
import Ledger
import Logging
import Scheduler
import Synchronization
import Testing
import TranscodeModel

@testable import Node

@Suite("Nodes keep a log of each attempt", .serialized)
struct AttemptLogTests {
    private func logs(_ bench: NodeBench, _ job: JobID) throws -> [AttemptLogName: String] {
        var texts: [AttemptLogName: String] = [:]
        for listed in try bench.store.logs(of: job, tenant: .standard) {
            texts[listed.name] = String(
                decoding: try bench.store.readLog(listed.name, tenant: .standard), as: UTF8.self)
        }
        return texts
    }

    @Test("every attempt tells its lease, its worker, its cost and what became of it")
    func whole() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        let job = try bench.enqueue(to: "out")
        #expect(try await bench.node().run() == .idle)
        let logs = try logs(bench, job)
        let units = try bench.ledger.units(ofJob: job)
        // More where a slow machine had a straggler hedged.
        #expect(logs.count >= units.count)
        let committed = try bench.ledger.artifacts(ofJob: job)
        for unit in units {
            let attempt = try #require(committed.first { $0.position == unit.position }?.attempt)
            let name = AttemptLogName(
                unit: UnitID(job: job, position: unit.position), attempt: attempt)
            let text = try #require(logs[name])
            #expect(text.contains(" node leased: \(unit.kind.rawValue) of job \(job)"))
            #expect(text.contains("attempt \(attempt) of "))
            let end = unit.kind == .publish ? "the job is ready" : "committed\n"
            #expect(text.contains(" node committed") && text.contains(end), "\(text)")
            if [.probe, .encode, .audio, .images].contains(unit.kind) {
                #expect(text.contains("worker started: process "))
                #expect(text.contains("CPU-seconds"))
                #expect(text.contains("sandbox: "))
            }
            for line in text.split(separator: "\n") {
                #expect(Timestamp.isTimestamp(line.prefix { $0 != " " }), "\(line)")
            }
        }
        try bench.remove()
    }

    @Test("a worker's own words are kept, without what could harm a terminal; so are its failures")
    func failures() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 1)
        let worker = bench.folder + "/worker.sh"
        try """
        #!/bin/sh
        printf 'first\\033[31m words\\nlast words' >&2
        exit 3

        """.write(toFile: worker, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker)
        let job = try bench.enqueue(to: "out")
        #expect(try await bench.node(worker: worker).run() == .idle)
        #expect(try bench.ledger.job(job)?.state == .failed)
        let logs = try logs(bench, job)
        #expect(logs.count > 1)
        for (name, text) in logs {
            #expect(text.contains(" worker first [31m words\n"))
            #expect(text.contains(" worker last words\n"))
            #expect(text.contains(" node failed [worker-crashed]: "))
            let isLast = name.attempt == logs.keys.map(\.attempt).max()
            #expect(text.contains(" node the unit is tried again in ") == !isLast)
            #expect(text.contains("is given up, and its job fails") == isLast)
        }
        try bench.remove()
    }

    @Test(
        "a worker that floods its log, and forges lines of the node, has a bounded log of its own words"
    )
    func flood() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 1)
        let worker = bench.folder + "/worker.sh"
        let forged = "2026-01-01T00:00:00.000Z node committed: trust me"
        try """
        #!/bin/sh
        echo '\(forged)' >&2
        yes 'all work and no play' | head -c 20000000 >&2
        printf '\\nthe end\\n' >&2
        exit 3

        """.write(toFile: worker, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker)
        let job = try bench.enqueue(to: "out")
        #expect(try await bench.node(worker: worker).run() == .idle)
        for (_, text) in try logs(bench, job) {
            #expect(text.utf8.count <= (64 << 10) + 300)
            #expect(text.contains(" worker \(forged)\n"))
            #expect(text.contains(" worker the end\n"))
            #expect(text.contains(" more bytes …"))
            #expect(text.contains(" worker all work and no play\n"))
            #expect(text.contains(" node failed [worker-crashed]: "))
            #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" node committed") })
        }
        try bench.remove()
    }

    @Test("a store that keeps no logs fails nothing, and that is said once")
    func unwritable() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        let job = try bench.enqueue(to: "out")
        try Data().write(to: URL(fileURLWithPath: bench.folder + "/store/logs"))
        let heard = HeardLines()
        #expect(try await bench.node(logger: heard.logger).run() == .idle)
        #expect(try bench.ledger.job(job)?.state == .ready)
        #expect(heard.lines.filter { $0.contains("logs of attempts cannot be kept") }.count == 1)
        try bench.remove()
    }

    @Test(
        "a completion that is condemned is told, and what follows is told by the attempt's own node"
    )
    func condemned() throws {
        let bench = try NodeBench()
        let token = LeaseToken(
            tenant: .standard, unit: UnitID(job: JobID("j0123456789ab"), position: 2), epoch: 1,
            attempt: 1)
        let logs = AttemptLogs(
            node: NodeIdentity.current(workers: 1), store: bench.store,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = logs.begin(
            Lease(
                token: token, kind: .encode, attemptsMaximum: 8, crashes: 0, isSplit: false,
                isHedge: false, content: .sha256("c"),
                estimate: Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1),
                profile: .sha256("p"), encoder: ""))
        let artifact = Artifact(
            digest: .sha256("a"), byteCount: 1, pieces: [],
            usage: Usage(wallSeconds: 1, cpuSeconds: 1, peakMemoryBytes: 0), warnings: [])
        logs.settle(
            [.complete(Completion(token: token, artifact: artifact))], [.completed(.condemned)])
        let failure = Failure(.transient, .artifactCondemned, "It is made again.")
        logs.settle(
            [
                .release(
                    Release(
                        token: token, ground: .holder,
                        verdict: .retry(
                            afterMilliseconds: 200, splits: false, returnsAttempt: true,
                            exhausted: failure), failure: failure, reason: failure.message))
            ], [.released(.released(.ready))])
        logs.finishWriting()
        let text = try #require(try self.logs(bench, token.unit.job).values.first)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3, "\(text)")
        #expect(lines[1].contains(" node its artifact is being removed by a collection"))
        #expect(lines[2].hasSuffix(" node the unit is tried again in 200 ms"))
        #expect(logs.log(token) == nil)
        try bench.remove()
    }

    @Test("lines about a unit have job, unit, attempt, tenant and node")
    func metadata() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 1)
        let job = try bench.enqueue(to: "out")
        let heard = HeardLines()
        #expect(try await bench.node(logger: heard.logger).run() == .idle)
        let about = heard.lines.filter {
            ["leased", "stage", "committed", "published"].contains($0.prefix { $0 != " " })
        }
        #expect(about.count > 10)
        for line in about {
            for key in ["job=\(job)", "unit=", "attempt=", "tenant=default", "node=n", "kind="] {
                #expect(line.contains(" " + key), "\(line)")
            }
        }
        try bench.remove()
    }
}

/// What a node says, as lines.
private final class HeardLines: Sendable {
    private let heard = Mutex<[String]>([])
    var lines: [String] { heard.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(heard: self) }
        logger.logLevel = .debug
        return logger
    }

    private struct Handler: LogHandler {
        let heard: HeardLines
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            heard.heard.withLock { $0.append("\(event.message)" + pairs) }
        }
    }
}
