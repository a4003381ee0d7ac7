import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("What is stored is what was given")
struct StorageTests {
    @Test("an artifact comes back as it went in, with and without pieces, warnings and stages")
    func artifacts() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 2)
        let plain = Artifact(
            digest: LedgerFixture.artifact("p").digest, byteCount: 7, pieces: [],
            usage: Usage(wallSeconds: 1.25, cpuSeconds: 0.5, peakMemoryBytes: 9), warnings: [])
        let rich = Artifact(
            digest: LedgerFixture.artifact("r").digest, byteCount: 8,
            pieces: [
                Piece(
                    name: "v", initialization: Extent(offset: 1, length: 2),
                    initializationDigest: nil,
                    fragments: [
                        Fragment(
                            extent: Extent(offset: 3, length: 4), decodeTime: 5, duration: 6,
                            samples: 7)
                    ])
            ],
            usage: Usage(
                stageCPUSeconds: ["decode": 0.1], confinement: "no_new_privs, seccomp, Landlock 7"),
            warnings: ["a “warning”"])
        let leases = try fixture.lease(fixture.candidates().map(LedgerFixture.pick))
        _ = try fixture.complete(leases[0], plain)
        _ = try fixture.complete(leases[1], rich)
        let stored = try fixture.ledger.artifacts(ofJob: JobID("j1")).dropFirst()
        #expect(stored.map(\.artifact) == [plain, rich])
        #expect(try fixture.ledger.artifact(content: leases[0].content, tenant: .standard) == plain)
        #expect(try fixture.ledger.artifact(content: leases[1].content, tenant: .standard) == rich)
    }

    @Test("a plan comes back as it went in, and is stored as the encoder would write it")
    func plans() throws {
        let fixture = try LedgerFixture()
        let works: [Work] = [
            .encode(chunk: 0, renditions: ["v1080", "v720"]),
            .encode(chunk: 12, renditions: ["with \"quotes\" and \\", "é/ü", "\u{7f}\n"]),
            .encode(chunk: 1, renditions: []), .audio(rendition: "a1"),
            .audio(rendition: "a\t1"), .images, .stitch(rendition: "v/1"), .package, .verify,
            .publish,
        ]
        var plan = LedgerFixture.plan(encodes: 1)
        let seconds = [0, 1, 1.5, 1e-9, 1e21, 123456789.125, 0.1, 1e16, 3e-5, 42]
        plan.units = works.enumerated().map { index, work in
            PlannedUnit(
                position: index + 1, work: work, dependencies: Array((1..<index + 1).suffix(3)),
                content: LedgerFixture.artifact("\(index)").digest,
                estimate: Estimate(
                    cpuSeconds: seconds[index], memoryBytes: .max, outputBytes: Int64(index)))
        }
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
        let probe = try #require(try fixture.leaseNext())
        _ = try fixture.complete(probe, planned: LedgerFixture.planned(plan))
        #expect(try fixture.ledger.plan(ofJob: JobID("j1")) == plan)
        #expect(try fixture.ledger.units(ofJob: JobID("j1")).dropFirst().map(\.work) == works)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(plan), as: UTF8.self)
        #expect(try fixture.rawValue(String.self, "SELECT text FROM plan") == text)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("what many jobs made is found by content, and only the tenant's own")
    func contents() throws {
        let fixture = try LedgerFixture()
        for number in 1...3 { try fixture.runningJob("j\(number)", encodes: 1) }
        let contents = try fixture.candidates().map(LedgerFixture.pick)
        let leases = try fixture.lease(contents)
        #expect(Set(leases.map(\.content)).count == 1)
        #expect(try fixture.ledger.artifact(content: leases[0].content, tenant: .standard) == nil)
        _ = try fixture.complete(leases[1], LedgerFixture.artifact("first"))
        fixture.time.pass(1)
        _ = try fixture.complete(leases[0], LedgerFixture.artifact("second"))
        #expect(
            try fixture.ledger.artifact(content: leases[0].content, tenant: .standard)
                == LedgerFixture.artifact("second"))
    }

    @Test("a job's events are its own and its units', in order, and can be read on from any")
    func events() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob("j1", encodes: 2)
        try fixture.runningJob("j2", encodes: 2)
        for lease in try fixture.lease(fixture.candidates().map(LedgerFixture.pick)) {
            _ = try fixture.complete(lease)
        }
        let all = try fixture.events()
        #expect(all.map(\.sequence) == Array(1...Int64(all.count)))
        for job in [JobID("j1"), JobID("j2")] {
            let own = all.filter { $0.job == job }
            #expect(own.count == 9)
            #expect(try fixture.ledger.events(ofJob: job, after: 0, limit: 1000) == own)
            for event in own {
                #expect(
                    try fixture.ledger.events(ofJob: job, after: event.sequence, limit: 2)
                        == Array(own.drop { $0.sequence <= event.sequence }.prefix(2)))
            }
        }
        #expect(try fixture.ledger.events(ofJob: JobID("none"), after: 0, limit: 9) == [])
    }
}
