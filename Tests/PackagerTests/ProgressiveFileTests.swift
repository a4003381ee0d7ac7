import Testing
import TranscodeModel

@testable import Packager

@Suite("A progressive MP4 from anywhere: read or refused, and never computed with unseen")
struct ProgressiveFileTests {
    /// A file with one track and nothing of its media.
    private func file(
        handler: String = "vide", samples: UInt32, steps: [(UInt32, UInt32)]
    ) -> MemoryByteSource {
        func numbers(_ list: [UInt32]) -> [UInt8] { list.flatMap { BoxWriter.big($0) } }
        let table = BoxWriter.box(
            "stbl",
            BoxWriter.fullBox("stsz", version: 0, numbers([1, samples]))
                + BoxWriter.fullBox(
                    "stts", version: 0,
                    numbers([UInt32(steps.count)] + steps.flatMap { [$0.0, $0.1] })))
        let media = BoxWriter.box(
            "mdia",
            BoxWriter.fullBox("mdhd", version: 0, numbers([0, 0, 1000, 0, 0]))
                + BoxWriter.fullBox("hdlr", version: 0, numbers([0]) + Array(handler.utf8))
                + BoxWriter.box("minf", table))
        let bytes =
            BoxWriter.box("ftyp", Array("isom".utf8))
            + BoxWriter.box("moov", BoxWriter.box("trak", media))
        return MemoryByteSource(name: "video.mp4", bytes: bytes)
    }

    @Test("pictures are counted and timed")
    func whole() throws {
        let read = try ProgressiveFile(
            file(samples: 3, steps: [(2, 40), (1, 20)]), picturesMaximum: 3)
        #expect(read.tracks.count == 1)
        #expect(read.tracks[0].samples == 3 && read.tracks[0].duration == Rational(1, 10))
        #expect(read.tracks[0].shownTimes == TickRuns([0, 40, 80]))
    }

    @Test("more pictures than the plan has are refused before room is made for their times")
    func tooMany() {
        let hostile = file(samples: .max, steps: [(.max, 1)])
        let failure = #expect(throws: Failure.self) {
            try ProgressiveFile(hostile, picturesMaximum: 100)
        }
        #expect(failure?.code == .outputInvalid)
        #expect(failure?.message.contains("4294967295 pictures where the plan has 100") == true)
    }

    @Test("times whose sum no number holds are refused", arguments: ["vide", "soun"])
    func overflow(handler: String) {
        let hostile = file(handler: handler, samples: .max, steps: [(.max, .max)])
        let failure = #expect(throws: Failure.self) {
            try ProgressiveFile(hostile, picturesMaximum: Int(UInt32.max))
        }
        #expect(failure?.code == .outputInvalid)
        #expect(failure?.message.contains("ticks") == true)
    }

    @Test("the check of an output says so, and does not trap")
    func finding() {
        var plan = PresentationFixture.plan
        plan.packaging = .progressive
        plan.audio = []
        plan.images = nil
        let hostile = file(samples: .max, steps: [(.max, .max)])
        let findings = PublicationCheck.findings(plan, files: ["video.mp4": hostile])
        #expect(findings.map(\.rule) == [.structure])
    }
}
