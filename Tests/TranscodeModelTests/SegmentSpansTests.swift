import Foundation
import SeededRandom
import Testing
import TranscodeModel

@Suite("Segments start at 0, at the end of the lead, and at each multiple of their length")
struct SegmentSpansTests {
    @Test("with a lead and without, against the list of all starts", arguments: 0..<100)
    func model(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let duration = [Rational(6), Rational(6006, 1000), Rational(1, 3)]
            .randomElement(using: &generator)!
        let part = Rational(Int64.random(in: 1...9, using: &generator), 10)
        let lead = Bool.random(using: &generator) ? duration * part : nil
        let spans = SegmentSpans(duration: duration, lead: lead)
        var starts = (0..<40).map { duration * Rational($0) }
        if let lead { starts.insert(lead, at: 1) }
        for (number, start) in starts.enumerated() {
            #expect(spans.start(of: number) == start)
            #expect(spans.start(of: number, inParts: 48_000) == start * Rational(48_000))
        }
        for _ in 0..<50 {
            let near = starts[Int.random(in: 0..<39, using: &generator)]
            let time = near + Rational([-1, 0, 1].randomElement(using: &generator)!, 1000)
            if time >= .zero {
                #expect(Int(spans.passed(at: time)) == starts.count { $0 <= time } - 1)
            }
            if time > .zero { #expect(spans.count(before: time) == starts.count { $0 < time }) }
        }
        let ticks = SegmentTicks(length: 600, lead: lead == nil ? nil : 200)
        #expect(
            (0..<1300).filter { ticks.start(at: $0) }
                == (lead == nil ? [0, 600, 1200] : [0, 200, 600, 1200]))
    }

    @Test("numbers of a receipt that anybody may have changed overflow nothing")
    func hostile() {
        let spans = SegmentSpans(duration: Rational(1, Int64.max), lead: Rational(1, Int64.max - 1))
        #expect(spans.count(before: Rational(Int64.max)) == Int.max)
    }

    @Test("pictures, sound and text have one rule: frames, ticks and seconds agree")
    func timing() throws {
        let grid = FrameGrid(
            rate: Rational(24000, 1001), frames: 500, origin: .zero, timescale: 24_000,
            ticksPerFrame: 1001)
        let timing = FrameTiming(
            grid: grid, keyFrameInterval: 48, segmentFrames: 144, leadFrames: 48, reorderFrames: 2)
        #expect(timing.segments == SegmentTicks(length: 144_144, lead: 48_048))
        #expect(
            timing.segmentSpans
                == SegmentSpans(duration: Rational(6006, 1000), lead: Rational(2002, 1000)))
        // Groups of pictures do not know the lead.
        #expect(timing.groups(in: 0..<500).count == 11 && timing.groups(before: 48) == 1)
    }

    @Test(
        "a cadence with a lead has a frame there, and keeps it in its parts and when it is written")
    func cadence() throws {
        func make(_ starts: [Int64], _ end: Int64, lead: Int64?, first: Int = 0) -> FrameCadence? {
            FrameCadence(
                firstFrame: first, starts: starts, end: end, keyFrameTicks: 10, segmentTicks: 30,
                leadTicks: lead)
        }
        let starts: [Int64] = [0, 5, 10, 25, 30, 45]
        let whole = try #require(make(starts, 60, lead: 10))
        #expect(whole != make(starts, 60, lead: nil))
        #expect(
            whole.part(2..<4)
                == make([10, 25], 30, lead: 10, first: 2).map { other in
                    FrameCadence(
                        firstFrame: 2, firstGroup: 1, starts: other.starts, end: 30,
                        keyFrameTicks: 10,
                        segmentTicks: 30, leadTicks: 10)!
                })
        #expect(make([0, 5, 11, 30], 60, lead: 10) == nil, "no frame at 10")
        #expect(make([0, 5], 15, lead: 10) == nil, "no frame at 10, which the last one outlasts")
        #expect(make([0, 5], 10, lead: 10) != nil, "a part that ends there")
        #expect(make([10, 25], 30, lead: nil, first: 2) == nil)
        #expect(make([20, 25], 30, lead: 10, first: 2) == nil)
        for lead: Int64 in [-10, 0, 5, 30, 40, .min, .max] {
            #expect(make(starts, 60, lead: lead) == nil, "\(lead)")
        }
        let data = try JSONEncoder().encode(whole)
        #expect(try JSONDecoder().decode(FrameCadence.self, from: data) == whole)
        let plain = try JSONEncoder().encode(make(starts, 60, lead: nil))
        #expect(!String(decoding: plain, as: UTF8.self).contains("lead"))
        let wrong = String(decoding: data, as: UTF8.self).replacing(
            "\"leadTicks\":10", with: "\"leadTicks\":20")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(FrameCadence.self, from: Data(wrong.utf8))
        }
    }
}
