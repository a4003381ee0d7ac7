import ArtifactStore
import ContentDigest
import Foundation
import Ledger
import Packager
import Scheduler
import Testing
import TranscodeModel

@testable import Node

@Suite("Early play, in one process: whatever becomes of leases and jobs", .serialized)
struct EarlyPlayTests {
    private static let profile: Profile = {
        var profile = NodeBench.profile
        profile.publish = PublishSettings(early: true)
        return profile
    }()

    private func isThere(_ bench: NodeBench, _ name: String = "out") -> Bool {
        FileManager.default.fileExists(atPath: bench.folder + "/" + name)
    }

    /// Runs until the first seconds can be played, at most twenty seconds.
    private func waitUntilPlayable(_ bench: NodeBench) async throws {
        for _ in 0..<4000 {
            if try EarlyMarker.standing(at: bench.folder + "/out") != nil { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("nothing was played early")
    }

    private func hidden(_ bench: NodeBench) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.folder)
            .filter { $0.hasPrefix(".out") }
    }

    @Test(
        "what is played after each chunk is the beginning of what is played after the next, and of the finished output"
    )
    func growsOnly() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 6)
        let job = try bench.enqueue(to: "out", Self.profile)
        #expect(try await bench.node().run() == .idle)
        let plan = try #require(try bench.ledger.plan(ofJob: job))
        let video = try #require(plan.video)
        let made = Dictionary(
            uniqueKeysWithValues: try bench.ledger.artifacts(ofJob: job).map {
                ($0.position, $0.artifact)
            })
        let output = bench.folder + "/out/"
        let sound = try TrackReader.track(
            try FileByteSource(path: output + "audio/a1.mp4", name: "a1"), of: "a1", in: plan)
        var before: [String: String] = [:]
        var masters: Set<String> = []
        #expect(video.chunks.count >= 3)
        for chunk in video.chunks.indices {
            var parts: [String: [TrackPart]] = [:]
            for unit in plan.units {
                guard case .encode(let own, _) = unit.work, own <= chunk,
                    let artifact = made[unit.position]
                else { continue }
                for piece in artifact.pieces {
                    parts[piece.name, default: []].append(
                        TrackPart(
                            source: StoredSource(
                                store: bench.store, tenant: .standard, artifact: artifact,
                                name: piece.name), piece: piece))
                }
            }
            let shown = try EarlyPresentation(
                plan: plan, pictures: parts, sound: sound, checkedFrom: 0)
            masters.insert(shown.master)
            for track in shown.pictures {
                let final = try Data(contentsOf: URL(fileURLWithPath: output + track.path))
                for (part, ranges) in zip(parts[track.name] ?? [], track.ranges) {
                    for range in ranges {
                        let start = Int(range.position)
                        #expect(
                            try part.source.read(range.extent)
                                == Array(final[start..<start + Int(range.extent.length)]))
                    }
                }
                #expect(final.count > track.beginning.count)
            }
            for (path, text) in shown.playlists {
                #expect(text.hasPrefix(before[path] ?? ""))
                before[path] = text
                let final = try String(contentsOfFile: output + path, encoding: .utf8)
                #expect(
                    final.hasPrefix(
                        text.replacing("PLAYLIST-TYPE:EVENT", with: "PLAYLIST-TYPE:VOD"))
                )
            }
        }
        // The master playlist is written once.
        #expect(masters.count == 1)
        try bench.remove()
    }

    @Test("leases of previews are taken away again and again: readers see nothing of it")
    func zombies() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 8)
        let job = try bench.enqueue(to: "out", Self.profile)
        async let ending = bench.node().run()
        let reader = EarlyPlaylists(bench.folder + "/out")
        var taken = 0
        while try bench.ledger.job(job)?.state.isFinal != true {
            let previews = Set(
                try bench.ledger.units(ofJob: job).filter {
                    $0.kind == .preview && $0.state == .leased && $0.attempt < 4
                }.map(\.position))
            for node in try bench.ledger.nodes() where !previews.isEmpty {
                let lost = try bench.ledger.leases(ofNode: node.id).filter {
                    previews.contains($0.token.unit.position)
                }
                taken += lost.count
                _ = try bench.ledger.perform(
                    lost.map {
                        .release(LossRule.release($0, ground: .nodeDied(node.id), reason: "taken"))
                    })
            }
            reader.look()
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(try await ending == .idle)
        reader.look()
        #expect(reader.violations == [])
        #expect(reader.unfinishedLooks > 0)
        #expect(try bench.ledger.job(job)?.state == .ready)
        #expect(try bench.ledger.audit().findings == [])
        #expect(try hidden(bench) == [])
        #expect(try bench.store.earlyJobs() == [])
        print("took \(taken) leases of previews away, \(reader.growths) growths")
        try bench.remove()
    }

    @Test("a cancelled job's early output is taken away, by the node")
    func cancelled() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 60, size: "640x360")
        let job = try bench.enqueue(to: "out", Self.profile)
        async let ending = bench.node().run()
        try await waitUntilPlayable(bench)
        #expect(try bench.store.earlyJobs() == [job])
        #expect(try bench.ledger.cancel(job, reason: "the test"))
        #expect(try await ending == .idle)
        #expect(!isThere(bench))
        #expect(try hidden(bench) == [])
        #expect(try bench.store.earlyJobs() == [])
        try bench.remove()
    }

    @Test("what a killed node left of a job that has ended is taken away by the next node")
    func leftover() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        let job = try bench.enqueue(to: "out", Self.profile)
        // As an attempt leaves it that is killed.
        try bench.store.noteEarly(job)
        let output = EarlyOutput(path: bench.folder + "/out", job: job)
        let attempt = try output.begin(EarlyTurn(chunk: 0, epoch: 1, attempt: 1))
        try attempt.mark(chunks: 1)
        #expect(try attempt.appear())
        _ = try output.begin(EarlyTurn(chunk: 1, epoch: 1, attempt: 1))
        let removal = EarlyRemoval(ledger: bench.ledger, store: bench.store)
        try removal.run()
        #expect(isThere(bench), "the job has not ended")
        #expect(try bench.ledger.cancel(job, reason: "the test"))
        #expect(try await bench.node().run() == .idle)
        #expect(!isThere(bench))
        #expect(try hidden(bench) == [])
        #expect(try bench.store.earlyJobs() == [])
        try bench.remove()
    }

    @Test("an output that is replaced is served until the new one is finished")
    func replacing() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 4)
        _ = try bench.enqueue(to: "out")
        #expect(try await bench.node().run() == .idle)
        let path = bench.folder + "/out/receipt.json"
        let receipt = try Data(contentsOf: URL(fileURLWithPath: path))
        let job = try bench.enqueue(
            to: "out", Self.profile, replaces: Digest.sha256([UInt8](receipt)))
        async let ending = bench.node().run()
        while try bench.ledger.job(job)?.state.isFinal != true {
            #expect(try EarlyMarker.standing(at: bench.folder + "/out") == nil)
            #expect(FileManager.default.fileExists(atPath: path))
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await ending == .idle)
        #expect(try bench.ledger.job(job)?.state == .ready)
        #expect(try bench.store.earlyJobs() == [])
        let made = try PublishedOutput.open(bench.folder + "/out")
        #expect(made.receipt.job == job && made.receipt.early == nil)
        #expect(made.findings() == [])
        try bench.remove()
    }

    @Test("the receipt says when the first seconds could be played, and the output is sound")
    func receipt() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 3)
        let job = try bench.enqueue(to: "out", Self.profile)
        #expect(try await bench.node().run() == .idle)
        let made = try PublishedOutput.open(bench.folder + "/out")
        #expect(made.findings() == [])
        let record = try #require(try bench.ledger.job(job))
        let first = try #require(
            try bench.ledger.units(ofJob: job).first { $0.kind == .preview })
        let times = try #require(made.receipt.early)
        #expect(times.enqueuedMilliseconds == record.createdMilliseconds)
        #expect(times.playableMilliseconds == first.finishedMilliseconds)
        #expect(times.playableMilliseconds < record.finishedMilliseconds ?? 0)
        try bench.remove()
    }
}
