import Foundation
import Testing
import TranscodeModel

@Suite("Decode times: one rule, final at birth")
struct FrameTimingTests {
    private static let usual: Int64 = 3000

    private func random(_ generator: inout SystemRandomNumberGenerator) throws -> FrameTiming {
        let segment: Int64 = 360_000
        var starts: [Int64] = [0]
        while starts.count < 400 {
            let step = [1, 2, 1500, 3000, 3003, 9000, 90_000, 700_000].randomElement(
                using: &generator)!
            let next = starts[starts.count - 1] + Int64(step)
            starts += stride(
                from: (starts[starts.count - 1] / segment + 1) * segment, to: next, by: Int(segment)
            )
            starts.append(next)
        }
        let cadence = try #require(
            FrameCadence(
                starts: starts, end: starts[starts.count - 1] + 1, keyFrameTicks: 180_000,
                segmentTicks: segment))
        return FrameTiming(
            grid: FrameGrid(
                rate: Rational(30), origin: .zero, timescale: 90_000, cadence: cadence),
            keyFrameInterval: 400, segmentFrames: 800,
            reorderFrames: Int.random(in: 0...3, using: &generator))
    }

    @Test("they ascend, none is after its picture, and a group's are those of its pictures in sum")
    func rule() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let timing = try random(&generator)
            let grid = timing.grid
            #expect(timing.shift == Int64(timing.reorderFrames) * Self.usual)
            var last: Int64 = -1
            for group in timing.groups(in: 0..<grid.frames) {
                #expect(
                    timing.decodeTicks(group.lowerBound, in: group)
                        == grid.ticks(of: group.lowerBound))
                #expect(
                    timing.decodeTicks(group.upperBound, in: group)
                        == grid.ticks(of: group.upperBound))
                for position in group {
                    let decoded = timing.decodeTicks(position, in: group)
                    #expect(decoded > last)
                    last = decoded
                    // The earliest picture that an encoder which holds back so many can have there.
                    let shown = max(position - timing.reorderFrames, group.lowerBound)
                    #expect(decoded <= grid.ticks(of: shown) + timing.shift)
                }
                #expect(last < grid.ticks(of: group.upperBound))
            }
        }
    }

    @Test("at a constant rate, each is the time of the picture in its place")
    func constant() {
        let timing = FrameTiming(
            grid: FrameGrid(
                rate: Rational(25), frames: 103, origin: .zero, timescale: 25_000,
                ticksPerFrame: 1000), keyFrameInterval: 50, segmentFrames: 100, reorderFrames: 2)
        #expect(timing.groups(in: 0..<103) == [0..<50, 50..<100, 100..<103])
        #expect(timing.groups(before: 100) == 2)
        for group in timing.groups(in: 0..<103) {
            for place in group {
                #expect(timing.decodeTicks(place, in: group) == Int64(place) * 1000)
            }
        }
        #expect(timing.shift == 2000 && timing.segments == SegmentTicks(length: 100_000))
    }

    @Test("even times as a cadence have the decode times of a constant rate")
    func even() throws {
        let cadence = try #require(
            FrameCadence(
                starts: (0..<100).map { $0 * 3000 }, end: 300_000, keyFrameTicks: 90_000,
                segmentTicks: 90_000))
        let timing = FrameTiming(
            grid: FrameGrid(
                rate: Rational(30), origin: .zero, timescale: 90_000, cadence: cadence),
            keyFrameInterval: 30, segmentFrames: 30, reorderFrames: 2)
        for group in timing.groups(in: 0..<100) {
            for place in group {
                #expect(timing.decodeTicks(place, in: group) == Int64(place) * 3000)
            }
        }
    }

    @Test("what is no cadence cannot be made, nor read")
    func wrong() throws {
        func make(_ starts: [Int64], _ end: Int64, key: Int64 = 10, first: Int = 0) -> FrameCadence?
        {
            FrameCadence(
                firstFrame: first, starts: starts, end: end, keyFrameTicks: key, segmentTicks: 20)
        }
        #expect(make([0, 5, 20, 25], 40) != nil)
        #expect(make([20, 25], 40, first: 2) != nil)
        #expect(make([], 40) == nil)
        #expect(make([0, 5, 25], 40) == nil, "no frame at 20")
        #expect(make([0, 5, 20], 41) == nil, "no frame at 40")
        #expect(make([0, 5, 5], 20) == nil)
        #expect(make([0, 5], 5) == nil)
        #expect(make([20, 25], 40) == nil, "the first frame is not at 0")
        #expect(make([5, 7], 20, first: 2) == nil)
        #expect(make([0], 20, key: 7) == nil)
        #expect(make([0], 20, key: 0) == nil)
        #expect(make([0, Int64.max - 1], Int64.max) == nil)
        func read(_ durations: String) throws -> FrameCadence {
            let text = """
                {"firstFrame":0,"firstGroup":0,"firstTicks":0,"durations":"\(durations)",
                "keyFrameTicks":10,"segmentTicks":20}
                """
            return try JSONDecoder().decode(FrameCadence.self, from: Data(text.utf8))
        }
        #expect(try read("5*4,20").starts == [0, 5, 10, 15, 20])
        for text in [
            "", "0", "-5", "5*0", "5*-1", "x", "5*2*2", "21", "1*200000000",
            "20,9223372036854775807",
        ] {
            #expect(throws: DecodingError.self, "\(text)") { try read(text) }
        }
    }

    @Test("a grid that no planner made is not read")
    func hostileGrid() throws {
        for change in ["\"frames\":0", "\"frames\":-4", "\"timescale\":0", "\"ticksPerFrame\":0"] {
            var text =
                "{\"rate\":\"25\",\"origin\":\"0\",\"frames\":10,\"timescale\":25000,\"ticksPerFrame\":1000}"
            #expect(try JSONDecoder().decode(FrameGrid.self, from: Data(text.utf8)).frames == 10)
            let key = change.prefix { $0 != ":" }
            let range = try #require(text.range(of: key))
            let end = text[range.upperBound...].firstIndex { $0 == "," || $0 == "}" }!
            text.replaceSubrange(range.lowerBound..<end, with: change)
            #expect(throws: DecodingError.self, "\(change)") {
                try JSONDecoder().decode(FrameGrid.self, from: Data(text.utf8))
            }
        }
    }
}
