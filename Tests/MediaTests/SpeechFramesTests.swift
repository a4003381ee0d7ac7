import CLibAV
import Testing

@testable import Media

/// Every frame of a packet of AMR is shown to the decoder, at its own time.
struct SpeechFramesTests {
    /// Frames of the given types, as long as AMR narrowband has them.
    private func frames(_ types: [UInt8]) -> [UInt8] {
        let lengths = [13, 14, 16, 18, 20, 21, 27, 32, 6]
        return types.flatMap { type in
            [type << 3 | 4] + [UInt8](repeating: 0x5A, count: lengths[Int(type)] - 1)
        }
    }

    private func shown(
        _ bytes: [UInt8], codec: AVCodecID = AV_CODEC_ID_AMR_NB
    ) throws -> [(size: Int, first: UInt8, pts: Int64)]? {
        let context = try #require(avformat_alloc_context())
        defer { avformat_free_context(context) }
        let stream = try #require(avformat_new_stream(context, nil))
        stream.pointee.codecpar.pointee.codec_id = codec
        stream.pointee.time_base = AVRational(num: 1, den: 8000)
        guard var speech = SpeechFrames(stream) else { return nil }
        let packet = try Packet.allocate()
        try #require(av_new_packet(packet.pointer, Int32(bytes.count)) == 0)
        packet.pointer.pointee.data.update(from: bytes, count: bytes.count)
        packet.pointer.pointee.pts = 1000
        speech.start(packet)
        var list: [(Int, UInt8, Int64)] = []
        repeat {
            let value = packet.pointer.pointee
            list.append((Int(value.size), value.data[0], value.pts))
        } while speech.advance(packet)
        return list.map { (size: $0.0, first: $0.1, pts: $0.2) }
    }

    @Test func eachFrameIsShownAtItsTime() throws {
        let list = try #require(try shown(frames([7, 0, 8, 7])))
        #expect(list.map(\.size) == [32, 13, 6, 32])
        #expect(list.map(\.first) == [7 << 3 | 4, 4, 8 << 3 | 4, 7 << 3 | 4])
        #expect(list.map(\.pts) == [1000, 1160, 1320, 1480])
    }

    @Test func aFrameThatIsCutIsTheLast() throws {
        let list = try #require(try shown(Array(frames([7, 7]).dropLast(10))))
        #expect(list.map(\.size) == [32, 22])
    }

    @Test func otherCodecsAreLeftAlone() throws {
        #expect(try shown([1, 2, 3], codec: AV_CODEC_ID_AAC) == nil)
    }
}
