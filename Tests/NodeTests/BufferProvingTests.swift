import Foundation
import Ledger
import Packager
import Scheduler
import Synchronization
import Testing
import TranscodeModel

@testable import Node

@Suite("The buffer is proven across seams, and only the chunks that break it are made again")
struct BufferProvingTests {
    /// One rung with a low cap, and chunks of a second.
    private static func profile(kilobits: Int) -> Profile {
        Profile(
            name: "capped", summary: "",
            video: VideoSettings(
                codec: .h264, preset: "ultrafast", quality: 20,
                ladder: [Rung(lines: 96, averageKilobitsPerSecond: kilobits)],
                frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 1,
                segmentDurationSeconds: 1, chunkDurationSeconds: 1, parameters: [:]),
            audio: nil, images: nil, packaging: .cmaf)
    }

    private static let profile = profile(kilobits: 300)

    /// Grey for two seconds, then noise: a chunk of noise that began with a full buffer leaves half of it to the next, and that one
    /// nothing.
    private static func pictures(seconds: Int) -> String {
        "color=gray:size=144x96:rate=24:duration=\(seconds),"
            + "noise=alls=90:allf=t:enable='gte(t,2)'"
    }

    private func bench(seconds: Int = 6, _ pictures: String? = nil) throws -> NodeBench {
        let bench = try NodeBench()
        try bench.makeClip(
            seconds: seconds, pictures: pictures ?? Self.pictures(seconds: seconds),
            keyInterval: 24)
        return bench
    }

    private func published(_ bench: NodeBench, _ output: String) throws -> PublishedOutput {
        try PublishedOutput.open(bench.folder + "/" + output)
    }

    @Test(
        "a chunk that counts on more than there is is found, made again, and proven; others are not"
    )
    func offender() async throws {
        let bench = try bench()
        let job = try bench.enqueue(to: "out", Self.profile)
        #expect(try await bench.node(workers: 1).run() == .idle)
        let output = try published(bench, "out")
        let proof = try #require(output.receipt.buffers?["v96"])
        #expect(proof.reencoded > 0 && proof.violations == 0)
        #expect(proof.transfer.need <= proof.start)
        #expect(output.findings() == [])
        #expect(output.receipt.warnings == [])
        // As the chunks' own units made them, they do not fit: what is joined is not what was committed.
        let made = try bench.ledger.artifacts(ofJob: job)
            .filter { $0.kind == .encode }.sorted { $0.position < $1.position }
            .flatMap(\.artifact.pieces)
        try #require(made.count == 6)
        let transfers = try made.map { try #require($0.buffer) }
        // The chunk with which what was made breaks the buffer first.
        let late = try #require(
            transfers.indices.first { last in
                transfers[...last].reduce(BufferTransfer.nothing(size: proof.model.size)) {
                    $0.followed(by: $1)
                }.need > proof.start
            })
        #expect(late > 2)
        // What is before it is taken as it is, and no other than those that were made again differ.
        let joined = try #require(
            try bench.ledger.artifacts(ofJob: job).first { $0.kind == .stitch }?.artifact.pieces[0])
        #expect(joined.bufferProof == proof)
        let lengths = made.flatMap { $0.fragments.map(\.extent.length) }
        let taken = joined.fragments.map(\.extent.length)
        try #require(lengths.count == made.count && taken.count == made.count)
        #expect(taken[..<late] == lengths[..<late])
        #expect(taken.indices.count { taken[$0] != lengths[$0] } == proof.reencoded)
        try bench.remove()
    }

    @Test("the bytes are the same whatever the order, the number of workers and the retries")
    func repeatable() async throws {
        let (one, other) = (try bench(), try NodeBench())
        try FileManager.default.copyItem(
            atPath: one.folder + "/clip.mp4", toPath: other.folder + "/clip.mp4")
        _ = try one.enqueue(to: "out", Self.profile)
        let job = try other.enqueue(to: "out", Self.profile)
        #expect(try await one.node(workers: 3).run() == .idle)
        // Probe, six encodes, and then the stitch, which cannot be stored at first.
        let commits = Mutex(0)
        let store = OddStore(
            inner: other.store,
            beforeCommit: { () throws(Failure) in
                let count = commits.withLock { count in
                    count += 1
                    return count
                }
                guard count != 8 else {
                    throw Failure(.transient, .storageFailed, "the disk hesitates")
                }
            })
        #expect(try await other.node(store: store, workers: 1).run() == .idle)
        let stitch = try #require(
            try other.ledger.units(ofJob: job).first { $0.kind == .stitch })
        #expect(stitch.attempt == 2)
        #expect(try one.contents("out") == other.contents("out"))
        #expect(
            try published(one, "out").receipt.buffers
                == published(other, "out").receipt.buffers)
        try one.remove()
        try other.remove()
    }

    @Test("what no encode can hold is counted, said in a warning, and found by verify")
    func hopeless() async throws {
        let bench = try bench(seconds: 6)
        _ = try bench.enqueue(to: "out", Self.profile(kilobits: 150))
        #expect(try await bench.node(workers: 1).run() == .idle)
        let output = try published(bench, "out")
        let proof = try #require(output.receipt.buffers?["v96"])
        #expect(proof.violations > 0 && proof.reencoded > 0)
        #expect(
            output.receipt.warnings.contains { $0.hasPrefix("v96: \(proof.violations) frames") })
        #expect(output.findings().map(\.rule) == [.buffer])
        try bench.remove()
    }

    @Test("quiet pictures are not made again")
    func quiet() async throws {
        let bench = try bench(
            seconds: 4, "testsrc2=size=144x96:rate=24:duration=4")
        _ = try bench.enqueue(to: "out", NodeBench.profile)
        #expect(try await bench.node(workers: 2).run() == .idle)
        let buffers = try #require(try published(bench, "out").receipt.buffers)
        #expect(Set(buffers.keys) == ["v96", "v64"])
        #expect(buffers.values.allSatisfy { $0.reencoded == 0 && $0.violations == 0 })
        try bench.remove()
    }

    @Test("what a unit reports of the buffer must be what its bytes do to it")
    func lie() async throws {
        let bench = try bench()
        let job = try bench.enqueue(to: "out", Self.profile)
        let liar = CutLedger(bench.ledger, cut: .max, isAnswerLost: false) { artifact in
            var artifact = artifact
            if artifact.kind == .encode { artifact.artifact.pieces[0].buffer?.need -= 1 }
            return artifact
        }
        #expect(try await bench.node(ledger: liar, workers: 1).run() == .idle)
        let record = try #require(try bench.ledger.job(job))
        #expect(record.state == .failed)
        #expect(record.failure?.code == .outputInvalid)
        #expect(record.failure?.message.contains("not what its unit reported") == true)
        #expect(!FileManager.default.fileExists(atPath: bench.folder + "/out"))
        try bench.remove()
    }

    @Test(
        "verify finds a track that breaks the buffer that is declared, and a proof that is not true"
    )
    func violated() async throws {
        let bench = try bench()
        _ = try bench.enqueue(to: "out", Self.profile)
        #expect(try await bench.node(workers: 1).run() == .idle)
        let path = bench.folder + "/out/receipt.json"
        let honest = try published(bench, "out").receipt
        func rules(_ change: (inout Receipt) throws -> Void) throws -> Set<PublicationFinding.Rule>
        {
            var receipt = honest
            try change(&receipt)
            try Data(receipt.bytes()).write(to: URL(fileURLWithPath: path))
            return Set(try published(bench, "out").findings().map(\.rule))
        }
        #expect(try rules { _ in } == [])
        // A player with less room than declared.
        #expect(
            try rules { $0.plan.video?.renditions[0].averageKilobitsPerSecond = 40 } == [.buffer])
        #expect(try rules { $0.buffers?["v96"]?.lowest += 1 } == [.buffer])
        #expect(try rules { $0.buffers?["v96"]?.violations = 2 } == [.buffer])
        // Its numbers cannot be computed with.
        #expect(throws: Failure.self) { try rules { $0.buffers?["v96"]?.model.size = 0 } }
        try bench.remove()
    }

    @Test(
        "what is there is counted on, then half of it, then next to nothing; never what was before")
    func starts() {
        let model = BufferModel(rate: 1_000, size: 2_000, isEnforced: true)
        func starts(_ bits: Int64, first: Bool = false) -> [Int] {
            BufferProving.starts(
                model, fullness: bits,
                Chunk(index: 0, frames: first ? 0..<9 : 9..<18, entryPoints: []))
        }
        #expect(starts(899) == [8, 4, 1])
        #expect(starts(2_000) == [BufferModel.laterStart - 1, 4, 1])
        #expect(starts(1_800, first: true) == [BufferModel.firstStart - 1, 8, 1])
        #expect(starts(0) == [1])
        #expect(starts(250) == [2, 1])
    }
}
