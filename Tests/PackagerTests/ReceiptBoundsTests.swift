import ContentDigest
import Foundation
import Testing
import TranscodeModel

@testable import Packager

/// A receipt lies beside files that anybody may change, and `verify` reads it in the trusted process.
@Suite("An edited receipt is refused, and never computed with")
struct ReceiptBoundsTests {
    private static func receipt() throws -> Receipt {
        let cadence = try #require(
            FrameCadence(
                starts: (0..<100).map { $0 * 400 }, end: 40_000, keyFrameTicks: 20_000,
                segmentTicks: 20_000))
        var plan = PresentationFixture.plan
        plan.video?.grid = FrameGrid(
            rate: Rational(25), origin: Rational(1, 3), timescale: 10_000, cadence: cadence)
        plan.video?.keyFrameInterval = 50
        plan.video?.segmentFrames = 50
        plan.video?.chunks = [Chunk(index: 0, frames: 0..<100, entryPoints: [])]
        plan.text = [WebVTTFileTests.rendition]
        plan.chapters = [Chapter(start: .zero, end: Rational(4), title: "One")]
        return Receipt(
            job: JobID("j1"), tenant: try #require(TenantID("t")),
            source: Receipt.Source(name: "clip", sha256: Digest.sha256("a"), bytes: 1),
            profileSHA256: Digest.sha256("b"), plan: plan, artifacts: [],
            files: [
                Receipt.File(
                    path: "audio/a1.mp4", sha256: Digest.sha256("c"), bytes: 7, frames: 1,
                    duration: .one, unit: 1, attempt: 1)
            ], warnings: [])
    }

    /// The receipt with other values at paths such as `plan.text.0.duration`.
    private func edited(_ edits: [String: Any]) throws -> [UInt8] {
        var tree = try JSONSerialization.jsonObject(with: Data(try Self.receipt().bytes()))
        for (path, value) in edits {
            tree = try #require(set(tree, path.split(separator: ".").map(String.init)[...], value))
        }
        return [UInt8](try JSONSerialization.data(withJSONObject: tree))
    }

    private func set(_ tree: Any, _ path: ArraySlice<String>, _ value: Any) -> Any? {
        guard let key = path.first else { return value }
        if var list = tree as? [Any], let index = Int(key), list.indices.contains(index) {
            guard let changed = set(list[index], path.dropFirst(), value) else { return nil }
            list[index] = changed
            return list
        }
        guard var fields = tree as? [String: Any], let old = fields[key] else { return nil }
        fields[key] = set(old, path.dropFirst(), value)
        return fields
    }

    @Test("a whole receipt is read, edited or not")
    func whole() throws {
        let own = try Self.receipt()
        #expect(try Receipt.read(own.bytes(), name: "receipt") == own)
        let other = try Receipt.read(
            edited(["plan.text.0.duration": "14", "files.0.bytes": 8]), name: "receipt")
        #expect(other.plan.text[0].duration == Rational(14) && other.files[0].bytes == 8)
    }

    @Test("a slow film with fine ticks is read: a frame may last a minute")
    func slow() throws {
        var receipt = try Self.receipt()
        let minute: Int64 = 600_000_000
        let segment: Int64 = 60_000_000
        let cadence = try #require(
            FrameCadence(
                starts: (0..<10).map { $0 * segment }, end: minute, keyFrameTicks: segment,
                segmentTicks: segment))
        receipt.plan.video?.grid = FrameGrid(
            rate: Rational(1, 60), origin: .zero, timescale: 10_000_000, cadence: cadence)
        receipt.plan.video?.chunks = []
        #expect(try Receipt.read(receipt.bytes(), name: "receipt") == receipt)
    }

    @Test("a lead that is no lead is refused, wherever it stands")
    func leads() throws {
        var receipt = try Self.receipt()
        receipt.plan.video?.grid = PresentationFixture.grid
        receipt.plan.video?.keyFrameInterval = 48
        receipt.plan.video?.segmentFrames = 144
        func isRead(_ change: (inout Plan) -> Void) -> Bool {
            var other = receipt
            change(&other.plan)
            do throws(Failure) {
                return try Receipt.read(other.bytes(), name: "receipt") == other
            } catch { return false }
        }
        for lead in [48, 96] { #expect(isRead { $0.video?.leadFrames = lead }, "\(lead)") }
        for lead in [Int.min, -48, 0, 1, 47, 144, 192, .max] {
            #expect(!isRead { $0.video?.leadFrames = lead }, "\(lead)")
        }
        let seconds = [Rational(2), Rational(2002, 1000)]
        for lead in seconds {
            #expect(isRead { $0.audio[0].segmentLead = lead })
            #expect(isRead { $0.text[0].segmentLead = lead })
        }
        for lead in [
            Rational(-2), .zero, Rational(6), Rational(7), Rational(1, 1 << 40), Rational(1 << 40),
        ] {
            #expect(!isRead { $0.audio[0].segmentLead = lead }, "\(lead)")
            #expect(!isRead { $0.text[0].segmentLead = lead }, "\(lead)")
        }
        // With a cadence it is the cadence that has it.
        receipt = try Self.receipt()
        receipt.plan.video?.keyFrameInterval = 25
        #expect(isRead { $0.video?.leadFrames = nil })
        #expect(!isRead { $0.video?.leadFrames = 25 })
    }

    private static let cadence = "plan.video.grid.cadence."

    @Test(
        "numbers out of range are refused",
        arguments: [
            [cadence + "firstFrame": 5, "plan.video.grid.frames": 105],
            [cadence + "firstFrame": 5, "plan.video.grid.frames": 105, cadence + "firstTicks": 0],
            [cadence + "firstFrame": Int.max], [cadence + "firstGroup": Int.max],
            [cadence + "firstGroup": 1], ["plan.video.grid.frames": 101],
            [
                cadence + "durations": "400*99,\(1 << 61)", cadence + "segmentTicks": 1 << 62,
                cadence + "keyFrameTicks": 1 << 62,
            ],
            [cadence + "durations": "1*99999999"],
            ["plan.video.grid.origin": "9223372036854775807/9223372036854775806"],
            ["plan.video.chunks.0.frames": [0, 101]], ["plan.video.chunks.0.frames": [-1, 100]],
            ["plan.text.0.duration": "0"], ["plan.text.0.duration": "-1"],
            ["plan.text.0.duration": "9223372036854775807/9223372036854775806"],
            ["plan.text.0.duration": "9000000000"],
            ["plan.text.0.segmentDuration": "0"], ["plan.text.0.segmentDuration": "1/1000000"],
            ["plan.text.0.segmentDuration": "1/9223372036854775807"],
            ["plan.audio.0.segmentDuration": "1/1000000"],
            ["plan.audio.0.samples": 1 << 41, "plan.audio.0.sampleRate": 1],
            ["plan.audio.0.origin": "1/9223372036854775807"],
            ["plan.chapters.0.start": "9223372036854775807"], ["plan.chapters.0.end": "1/7"],
            ["plan.chapters.0.title": String(repeating: "x", count: 1000)],
            ["plan.chapters.0.title": "a\u{1B}[2J"],
            ["files.0.bytes": -1], ["files.0.bytes": Int64.max],
        ] as [[String: any Sendable]])
    func refused(edits: [String: any Sendable]) throws {
        let failure = try #require(
            #expect(throws: Failure.self) {
                try Receipt.read(try edited(edits), name: "receipt")
            })
        #expect(failure.code == .outputInvalid)
    }

    @Test("too many files or chapters are refused")
    func counts() throws {
        var receipt = try Self.receipt()
        receipt.plan.chapters = Array(repeating: receipt.plan.chapters[0], count: 1001)
        #expect(throws: Failure.self) { try Receipt.read(receipt.bytes(), name: "receipt") }
        receipt.plan.chapters = []
        receipt.files = Array(repeating: receipt.files[0], count: ReceiptBounds.filesMaximum)
        for index in receipt.files.indices { receipt.files[index].bytes = 1 << 44 }
        #expect(ReceiptBounds.holds(receipt))
        #expect(receipt.files.reduce(0) { $0 + $1.bytes } == 1 << 62)
        receipt.files.append(receipt.files[0])
        #expect(!ReceiptBounds.holds(receipt))
    }

    @Test("what is read can be laid out and shown, however odd its lengths")
    func oddLengths() throws {
        let receipt = try Receipt.read(
            edited([
                "plan.text.0.duration": "134217727/33554393",
                "plan.text.0.segmentDuration": "67108859/2097143",
            ]), name: "receipt")
        let rendition = receipt.plan.text[0]
        let presented = PresentedText(
            rendition, [TextCue(start: 0, end: rendition.milliseconds, payload: "a")])
        #expect(presented.segments.map(\.duration) == [4_000_005])
    }
}
