import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@Suite("Framing: messages come out as they went in, however the bytes were cut")
struct FramingTests {
    private let events: [WorkerEvent] = [
        .progress(WorkProgress(done: 7, bytes: 1 << 40)),
        .result(
            WorkResult(pieces: [], stageCPUSeconds: ["encode": 1.5], warnings: ["ä\n\u{1F600}"])),
        .failure(Failure(.permanent, .notMedia, "")),
    ]

    @Test("cut at random, to single bytes")
    func anyCut() throws {
        let stream = try events.reduce(Data()) { $0 + (try Framing.frame($1)) }
        var generator = SystemRandomNumberGenerator()
        for round in 0..<100 {
            var reader = FrameReader()
            var rest = stream[...]
            var found: [WorkerEvent] = []
            while !rest.isEmpty {
                let count = round == 0 ? 1 : Int.random(in: 1...rest.count, using: &generator)
                reader.append(rest.prefix(count))
                rest = rest.dropFirst(count)
                while let event = try reader.next(WorkerEvent.self) { found.append(event) }
            }
            #expect(found == events)
            #expect(!reader.isMidMessage)
        }
    }

    @Test("a message that is cut short is told")
    func short() throws {
        var reader = FrameReader()
        reader.append(try Framing.frame(events[0]).dropLast())
        #expect(try reader.next(WorkerEvent.self) == nil)
        #expect(reader.isMidMessage)
    }

    @Test("a length over the limit is refused before a byte of it is read")
    func oversized() throws {
        var reader = FrameReader()
        reader.append([0x7F, 0xFF, 0xFF, 0xFF])
        #expect(throws: FrameReader.Oversized.self) {
            try reader.next(WorkerEvent.self)
        }
    }

    @Test(
        "what is no message of ours is refused",
        arguments: ["{}", "[]", "nonsense", "{\"result\":1}"])
    func nonsense(text: String) throws {
        var reader = FrameReader()
        let body = Array(text.utf8)
        reader.append([0, 0, 0, UInt8(body.count)] + body)
        #expect(throws: DecodingError.self) { try reader.next(WorkerEvent.self) }
    }
}
