import ContentDigest
import Foundation
import Testing
import TranscodeModel

@testable import Ledger
@testable import reelmill

@Suite("Progress: what is shown is what the ledger says, after a resume too")
struct ProgressTests {
    private static let chunks = [0..<100, 100..<200, 200..<250].enumerated().map {
        Chunk(index: $0, frames: $1, entryPoints: [])
    }

    private static let plan = Plan(
        source: Digest.sha256("source"),
        profile: Profile(
            name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf),
        packaging: .cmaf,
        video: VideoPlan(
            streamIndex: 0, sourceTimeBase: Rational(1, 25),
            grid: FrameGrid(
                rate: Rational(25), frames: 250, origin: .zero, timescale: 25_000,
                ticksPerFrame: 1000),
            keyFrameInterval: 50, segmentFrames: 50, reorderFrames: 2,
            treatment: PictureTreatment(
                deinterlaces: false, toneMaps: false, orientation: .upright),
            color: ColorDescription(
                primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false),
            renditions: [], chunks: chunks),
        audio: [], images: nil, units: [], warnings: [])

    private func unit(
        _ position: Int, _ work: Work?, _ state: UnitState, attempt: Int = 1, progress: Int = 0,
        cpuSeconds: Double = 10
    ) -> UnitRecord {
        UnitRecord(
            position: position, kind: work?.kind ?? .probe, work: work, state: state,
            attempt: attempt, attemptsMaximum: 8, epoch: 1, node: nil, crashes: 0, isSplit: false,
            runAtMilliseconds: 0, progress: progress,
            estimate: Estimate(cpuSeconds: cpuSeconds, memoryBytes: 0, outputBytes: 0),
            startedMilliseconds: nil, finishedMilliseconds: nil, failure: nil)
    }

    private func job(_ state: JobState) -> JobRecord {
        JobRecord(
            id: JobID("j0"), tenant: .standard, key: nil,
            source: SourceReference(
                locator: "/a", displayName: "a", digest: Digest.sha256("a"), byteCount: 1,
                modificationMilliseconds: 0),
            profile: Self.plan.profile, profileDigest: Digest.sha256("p"), destination: "/o",
            jobClass: .live, priority: 0, state: state, isSuperseded: false, failure: nil,
            cancelReason: nil,
            failedUnit: nil, createdMilliseconds: 0, finishedMilliseconds: nil, unitsTotal: 5,
            unitsDone: 2, attemptsMaximum: 8)
    }

    private func units(running progress: Int) -> [UnitRecord] {
        [
            unit(0, nil, .done, cpuSeconds: 0.01),
            unit(1, .encode(chunk: 0, renditions: []), .done),
            unit(2, .encode(chunk: 1, renditions: []), .leased, attempt: 3, progress: progress),
            // Progress of an attempt that is over does not count.
            unit(3, .encode(chunk: 2, renditions: []), .ready, attempt: 1, progress: 49),
            unit(4, .publish, .blocked, attempt: 0, cpuSeconds: 0.01),
        ]
    }

    @Test("frames are counted once for each chunk, and work by its predicted cost")
    func reading() {
        let progress = JobProgress(job(.running), units: units(running: 30), plan: Self.plan)
        #expect(progress.framesDone == 130)
        #expect(progress.framesTotal == 250)
        #expect(progress.retries == 2)
        #expect(progress.stage == .encode)
        #expect(abs(progress.fraction - (0.01 + 10 + 3) / 30.02) < 1e-9)
        let live = JobProgress(job(.running), units: units(running: 30), plan: Self.plan) {
            $0.position == 2 ? 60 : nil
        }
        #expect(live.framesDone == 160)
    }

    @Test("a chunk whose rungs are made by two units has the frames that both have")
    func sharedChunk() {
        let units = [
            unit(0, nil, .done),
            unit(1, .encode(chunk: 0, renditions: ["v720"]), .leased, progress: 70),
            unit(2, .encode(chunk: 0, renditions: ["v360"]), .leased, progress: 20),
            unit(3, .encode(chunk: 1, renditions: ["v720"]), .done),
            unit(4, .encode(chunk: 1, renditions: ["v360"]), .ready),
        ]
        #expect(JobProgress(job(.running), units: units, plan: Self.plan).framesDone == 20)
    }

    @Test("a unit never counts for more than it has")
    func bounded() {
        let progress = JobProgress(job(.running), units: units(running: 9999), plan: Self.plan)
        #expect(progress.framesDone == 200)
    }

    @Test("pace is of now: what was done before the first look does not speed it up")
    func pace() throws {
        let first = JobProgress(job(.running), units: units(running: 0), plan: Self.plan)
        let now = JobProgress(job(.running), units: units(running: 50), plan: Self.plan)
        let pace = JobPace(first: first, now: now, elapsedSeconds: 2)
        #expect(pace.framesPerSecond == 25)
        #expect(pace.realtimeFactor == 1)
        let remaining = try #require(pace.remainingSeconds)
        #expect(abs(remaining - (1 - now.fraction) / (now.fraction - first.fraction) * 2) < 1e-9)
        #expect(JobPace(first: now, now: now, elapsedSeconds: 2).remainingSeconds == nil)
        #expect(JobPace(first: first, now: now, elapsedSeconds: 0).framesPerSecond == 0)
    }

    @Test("the line, word for word")
    func line() {
        let first = JobProgress(job(.running), units: units(running: 0), plan: Self.plan)
        let now = JobProgress(job(.running), units: units(running: 50), plan: Self.plan)
        #expect(
            ProgressLine.text(
                "talk.mov", now, JobPace(first: first, now: now, elapsedSeconds: 2), barColumns: 10)
                == "talk.mov  encode  [#####.....]  50 %  ETA 0:06  150/250 frames  25 fps  "
                + "1.00× realtime  2 retries")
        #expect(
            ProgressLine.text(
                "a-video-with-a-very-long-name.mov",
                JobProgress(job(.planning), units: [unit(0, nil, .leased)], plan: nil),
                JobPace(first: now, now: now, elapsedSeconds: 1))
                == "a-video-wit…ong-name.mov  probe")
    }
}
