import Testing
import TranscodeModel

@testable import Packager

@Suite("A short first segment: what verify asks of tracks")
struct LeadTests {
    private static let plan: VideoPlan = {
        var plan = PresentationFixture.plan.video!
        plan.leadFrames = 48
        return plan
    }()

    /// 48 frames a fragment, of which so many are in each segment.
    private func findings(
        _ plan: VideoPlan, fragments: [Int]
    ) -> [PublicationFinding] {
        var track = PresentationFixture.videoTrack(
            size: 1000, codec: "avc1.64001f", width: 1280, height: 720)
        for index in track.fragments.indices {
            let start = track.fragments[index].decodeTime
            let times = (0..<track.fragments[index].sampleCount).map { start + Int64($0) * 1000 }
            track.fragments[index].decodeTimes = TickRuns(times)
            track.fragments[index].shownTimes = TickRuns(times.map { $0 + 2000 })
        }
        var rest = track.fragments[...]
        track.references = fragments.map { count in
            defer { rest = rest.dropFirst(count) }
            return IndexReference(
                byteCount: rest.prefix(count).reduce(0) { $0 + $1.extent.length },
                duration: rest.prefix(count).reduce(0) { $0 + $1.duration })
        }
        var list = FindingList()
        TrackCheck(path: "v", track: track).check(plan.renditions[0], plan, into: &list)
        return list.findings
    }

    @Test(
        "a track whose first segment is not the lead is refused, and so is a lead that nobody planned"
    )
    func pictures() {
        #expect(findings(Self.plan, fragments: [1, 2, 3, 1]) == [])
        for wrong in [[3, 3, 1], [2, 1, 3, 1], [1, 1, 1, 3, 1], [1, 3, 3], [1, 2, 4]] {
            #expect(findings(Self.plan, fragments: wrong).map(\.rule) == [.index], "\(wrong)")
        }
        let plain = PresentationFixture.plan.video!
        #expect(findings(plain, fragments: [3, 3, 1]) == [])
        #expect(findings(plain, fragments: [1, 2, 3, 1]).map(\.rule) == [.index])
    }

    @Test("sound has its short first segment at the same time, to a codec frame")
    func sound() {
        func findings(_ frames: [Int], lead: Rational?) -> [PublicationFinding] {
            var rendition = PresentationFixture.plan.audio[0]
            rendition.segmentLead = lead
            var track = PresentationFixture.soundTrack(bytes: frames.map { _ in 1000 })
            var time: Int64 = 0
            for (index, count) in frames.enumerated() {
                track.fragments[index].decodeTime = time
                track.fragments[index].compositionStart = time
                track.fragments[index].sampleCount = count
                track.fragments[index].duration = Int64(count) * 1024
                time += Int64(count) * 1024
            }
            track.references = SegmentIndex.references(
                track.fragments, segments: nil, shift: track.header.shift)
            var list = FindingList()
            TrackCheck(path: "a", track: track).check(rendition, into: &list)
            return list.findings
        }
        // 13 s are 610 codec frames and the priming; 2 s are 94 with it, 6 s 283, 12 s 564.
        #expect(findings([95, 188, 281, 47], lead: Rational(2)) == [])
        #expect(findings([283, 281, 47], lead: nil) == [])
        #expect(findings([283, 281, 47], lead: Rational(2)).contains { $0.rule == .alignment })
        #expect(findings([95, 188, 281, 47], lead: nil).contains { $0.rule == .alignment })
        #expect(findings([98, 185, 281, 47], lead: Rational(2)).contains { $0.rule == .alignment })
    }
}
