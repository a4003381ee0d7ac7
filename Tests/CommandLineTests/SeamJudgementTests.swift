import Testing
import TranscodeModel
import WorkerProtocol

@testable import reelmill

@Suite("Seams: the judgement of measurements, without media")
struct SeamJudgementTests {
    /// Four chunks of 48 frames, with key frames each 24.
    private static let plan = VideoPlan(
        streamIndex: 0, sourceTimeBase: Rational(1, 24),
        grid: FrameGrid(
            rate: Rational(24), frames: 192, origin: .zero, timescale: 24_000, ticksPerFrame: 1000),
        keyFrameInterval: 24, segmentFrames: 24, reorderFrames: 2,
        treatment: PictureTreatment(deinterlaces: false, toneMaps: false, orientation: .upright),
        color: ColorDescription(
            primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false),
        renditions: [],
        chunks: (0..<4).map {
            Chunk(index: $0, frames: $0 * 48..<($0 + 1) * 48, entryPoints: [])
        })

    /// Frame n shows the source's picture n + `shift`; pictures k frames apart differ by `step` × k, coded with an
    /// error of 1.
    private func frame(
        _ number: Int, shift: Int = 0, step: Float = 40, similarity: Float = 0.98
    ) -> PictureMeasurement {
        let count = 192
        func there(_ offset: Int) -> Bool { (0..<count).contains(number + offset) }
        return PictureMeasurement(
            errors: (-3...3).map { there($0) ? 1 + step * Float(abs($0 - shift)) : -1 },
            steps: (1...3).map { there($0) ? step * Float($0) : -1 }, similarity: similarity,
            offsets: [0, 0, 0], variance: 2000)
    }

    private func verdict(_ frames: [PictureMeasurement]) -> PictureVerdict {
        PictureJudgement(plan: Self.plan, rendition: "v", frames: frames).verdict()
    }

    @Test func whatIsRightIsClean() {
        let verdict = verdict((0..<192).map { frame($0) })
        #expect(verdict.faults == [])
        #expect(verdict.indistinct == 0)
        #expect((verdict.seams, verdict.middles) == (3, 4))
    }

    /// Sixty frames a second for two seconds, then five, in segments of a second; cut after two segments.
    private static let uneven: VideoPlan = {
        var starts: [Int64] = (0..<120).map { Int64($0) * 200 }
        for frame in 0..<10 { starts.append(24_000 + Int64(frame) * 2400) }
        let cadence = FrameCadence(
            starts: starts, end: 48_000, keyFrameTicks: 12_000, segmentTicks: 12_000)!
        var plan = Self.plan
        plan.grid = FrameGrid(
            rate: Rational(60), origin: .zero, timescale: 12_000, cadence: cadence)
        plan.keyFrameInterval = 60
        plan.segmentFrames = 60
        plan.chunks = [
            Chunk(index: 0, frames: 0..<120, entryPoints: []),
            Chunk(index: 1, frames: 120..<130, entryPoints: []),
        ]
        return plan
    }()

    @Test("where frames keep their own times, boundaries are where those are")
    func unevenBoundaries() {
        let windows = SeamWindows(Self.uneven)
        #expect(windows.seams == [120])
        // Groups start at frames 0, 60, 120 and 125; half of the shorter chunk bounds the windows.
        #expect(windows.reach == 10)
        #expect(windows.middles == [60])
        #expect(Self.uneven.seconds(ofFrame: 60) == 1)
        #expect(Self.uneven.seconds(ofFrame: 125) == 3)
        let even = SeamWindows(Self.plan)
        #expect(even.reach == 12 && even.seams == [48, 96, 144])
        #expect(even.middles == [24, 72, 120, 168])
        #expect(Self.plan.seconds(ofFrame: 36) == 1.5)
    }

    @Test("sound is looked at where the pictures are cut, whatever their rate is said to be")
    func soundBoundaries() {
        let sound = AudioRendition(
            name: "a1", streamIndex: 1, codec: .aac, kilobitsPerSecond: 128, sampleRate: 48_000,
            channels: 2, language: "und", title: nil, isDefault: true, origin: .zero,
            samples: 192_000, segmentDuration: Rational(3))
        // The second chunk starts after two seconds, and a segment of the sound after three.
        #expect(SoundBoundaries(sound, video: Self.uneven).seams == [96_000, 144_000])
        #expect(
            SoundBoundaries(sound, video: Self.plan).seams == [96_000, 144_000],
            "48 frames of 24 a second")
        // A receipt says whatever it likes, within its bounds: segments whose starts are in no numbers of 64 bits.
        var hostile = sound
        hostile.sampleRate = 1 << 20
        hostile.samples = 1 << 42
        hostile.segmentDuration = Rational(33_554_467, 2_097_143)
        let found = SoundBoundaries(hostile, video: nil).seams
        #expect(found.count > 1 << 17 && found.allSatisfy { $0 < hostile.samples })
    }

    @Test func aPictureThatDiffersByLessThanTheCodingErrorCannotBeTold() {
        let verdict = verdict((0..<192).map { frame($0, shift: $0 == 50 ? -1 : 0, step: 0.9) })
        #expect(verdict.faults == [])
        #expect(verdict.indistinct == 192)
    }

    @Test(
        "each disorder has its name and its frames",
        arguments: [
            (50..<51, -1, SeamFault.Kind.doubled), (50..<51, 1, .dropped), (50..<96, 2, .dropped),
            (48..<96, 1, .shifted), (96..<144, -1, .shifted), (0..<48, 3, .shifted),
        ])
    func disorder(frames: Range<Int>, shift: Int, kind: SeamFault.Kind) {
        let faults = verdict(
            (0..<192).map { frame($0, shift: frames.contains($0) ? shift : 0) }
        ).faults
        #expect(faults.map(\.kind) == [kind])
        #expect(faults.first?.firstFrame == frames.lowerBound)
        #expect(faults.first?.lastFrame == frames.upperBound - 1)
    }

    @Test func aSwapIsOneFaultOfTwoFrames() {
        let faults = verdict(
            (0..<192).map { frame($0, shift: $0 == 95 ? 1 : $0 == 96 ? -1 : 0) }
        ).faults
        #expect(faults.map(\.kind) == [.swapped])
        #expect(faults.first?.firstFrame == 95)
        #expect(faults.first?.lastFrame == 96)
    }

    @Test func qualityMayVaryWithTheSceneButNotFallAtASeam() {
        // Each group of pictures codes alike: better in its second half, as usual.
        func usual(_ number: Int) -> Float { number % 24 < 12 ? 0.980 : 0.984 }
        #expect(verdict((0..<192).map { frame($0, similarity: usual($0)) }).faults == [])
        let faults = verdict(
            (0..<192).map { frame($0, similarity: (96..<108).contains($0) ? 0.93 : usual($0)) }
        ).faults
        #expect(Set(faults.map(\.kind)) == [.quality])
        #expect(faults.contains { $0.firstFrame == 84 && $0.lastFrame == 107 })
    }

    @Test func measurementsOutOfRangeAreNotBelieved() {
        let honest = frame(100)
        #expect(PictureMeasurement(bytes: honest.bytes[...]) == honest)
        for (index, value) in [(0, Float.nan), (3, -1), (9, 1e9), (10, 1.5), (12, 300), (14, -1)] {
            var bytes = honest.bytes
            let bits = value.bitPattern
            for byte in 0..<4 {
                bytes[4 * index + byte] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte)))
            }
            #expect(PictureMeasurement(bytes: bytes[...]) == nil, "number \(index)")
        }
        #expect(PictureMeasurement(bytes: honest.bytes.dropLast()) == nil)
        let lag = LagMeasurement(milliseconds: 500, correlation: 1)
        #expect(LagMeasurement(bytes: lag.bytes[...]) == nil)
        let block = SoundMeasurement(source: -1, output: 0, product: 0)
        #expect(SoundMeasurement(bytes: block.bytes[...]) == nil)
    }
}
