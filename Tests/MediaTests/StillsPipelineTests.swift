import CLibAV
import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// Pictures are those of their times, whatever the container and however far apart its key frames.
struct StillsPipelineTests {
    private static let seconds = (0..<7).map { Rational(Int64($0)) }

    /// JPEG and the change of range round a luma by one.
    private func expectClose(
        _ shown: [Int], _ expected: [Int], _ location: SourceLocation = #_sourceLocation
    ) {
        let isClose =
            shown.count == expected.count && zip(shown, expected).allSatisfy { abs($0 - $1) <= 1 }
        #expect(isClose, "\(shown) for \(expected)", sourceLocation: location)
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a.ts", "a.avi", "a.mov"])
    func thumbnailsAreTheKeyFramesBefore(name: String) throws {
        let bench = try SoundBench()
        try bench.makeCounted(
            name, seconds: 7, "-c:v", "libx264", "-g", "50", "-keyint_min", "50", "-sc_threshold",
            "0", "-bf", name == "a.avi" ? "0" : "2")
        let start = try bench.firstTime(name)
        let plan = StillsBench.plan(
            poster: start + Rational(83, 25), thumbnails: Self.seconds.map { start + $0 },
            interval: .one, columns: 3, rows: 2)
        let result = try bench.takeStills(name, plan)
        #expect(result.warnings == [])
        #expect(result.pieces.map(\.name) == ["poster.jpg", "sprite-001.jpg", "sprite-002.jpg"])
        #expect(result.pieces.map { $0.fragments.map(\.samples) } == [[1], [6], [1]])
        let poster = try bench.luma(result.pieces[0])
        #expect(poster.width == 160 && poster.height == 90)
        let middle = Double(poster.values[45 * 160 + 80]) * 219 / 255
        expectClose([Int(middle.rounded())], [83])
        expectClose(try bench.shown(result.pieces[1]), [0, 0, 50, 50, 100, 100])
        // One row, and black where there is no thumbnail.
        expectClose(try bench.shown(result.pieces[2]), [150, 0, 0])
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a.ts"])
    func sparseKeyFramesAreDecodedOn(name: String) throws {
        let bench = try SoundBench()
        try bench.makeCounted(
            name, seconds: 7, "-c:v", "libx264", "-g", "1000", "-sc_threshold", "0")
        let start = try bench.firstTime(name)
        let plan = StillsBench.plan(
            poster: start + Rational(6), thumbnails: Self.seconds.map { start + $0 },
            interval: .one, columns: 7, rows: 1)
        let result = try bench.takeStills(name, plan)
        // Up to two intervals after the only key frame it stands in, and then every picture is exact.
        expectClose(try bench.shown(result.pieces[1]), [0, 0, 0, 75, 100, 125, 150])
    }

    @Test func picturesWithoutTimesAreCounted() throws {
        let bench = try SoundBench()
        try bench.makeCounted("a.h264", seconds: 7, "-c:v", "libx264", "-g", "50", "-f", "h264")
        var plan = StillsBench.plan(
            poster: Rational(83, 25), thumbnails: Self.seconds, interval: .one, columns: 7, rows: 1)
        plan.sourceTimeBase = Rational(1, 25)
        plan.sourceClock = SourceClock(isCounted: true)
        let result = try bench.takeStills("a.h264", plan)
        let poster = try bench.luma(result.pieces[0])
        let middle = Double(poster.values[45 * 160 + 80]) * 219 / 255
        expectClose([Int(middle.rounded())], [83])
        expectClose(try bench.shown(result.pieces[1]), [0, 25, 50, 75, 100, 125, 150])
    }

    @Test func coverArtIsLaidOnBlack() throws {
        let bench = try SoundBench()
        // White, and on the right half as transparent as can be.
        try bench.ffmpeg(
            "-f", "lavfi", "-i",
            "color=white:s=160x90:d=1,format=rgba,geq=r=255:g=255:b=255:a='if(lt(X,80),255,0)'",
            "-frames:v", "1", "cover.png")
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "sine=duration=1", "-i", "cover.png", "-map", "0", "-map", "1",
            "-c:a", "flac", "-c:v", "copy", "-disposition:v", "attached_pic", "a.flac")
        var plan = StillsBench.plan(poster: .zero, thumbnails: [], interval: .one)
        plan.streamIndex = 1
        let result = try bench.takeStills("a.flac", plan)
        #expect(result.warnings == [])
        let poster = try bench.luma(result.pieces[0])
        #expect(poster.values[45 * 160 + 20] > 250 && poster.values[45 * 160 + 140] < 5)
    }

    @Test func aTimeThatIsUnknownStaysUnknown() {
        let (fine, coarse) = (reelmill_rational(1, 90_000), reelmill_rational(1, 1000))
        #expect(TreatedReader.ticks(180_000, from: fine, to: coarse) == 2000)
        #expect(TreatedReader.ticks(reelmill_no_pts, from: fine, to: coarse) == reelmill_no_pts)
    }

    @Test func timesOutsideTheTrackShowItsEnds() throws {
        let bench = try SoundBench()
        try bench.makeCounted("a.mp4", seconds: 2, "-c:v", "libx264", "-output_ts_offset", "3")
        let plan = StillsBench.plan(
            poster: .one, thumbnails: [.zero, Rational(4), Rational(60)], interval: .one,
            columns: 3)
        let result = try bench.takeStills("a.mp4", plan)
        expectClose(try bench.shown(result.pieces[1]), [0, 0, 49])
    }

    @Test func picturesAreTurnedUpright() throws {
        let bench = try SoundBench()
        // The upper half is bright; a quarter clockwise makes that the right half.
        try bench.ffmpeg(
            "-f", "lavfi", "-i",
            "color=s=90x160:r=25:d=1,format=yuv420p,geq=lum='if(lt(Y,80),235,16)':cb=128:cr=128",
            "-c:v", "libx264", "a.mp4")
        let plan = StillsBench.plan(
            poster: .zero, thumbnails: [.zero], interval: .one,
            treatment: PictureTreatment(
                deinterlaces: true, toneMaps: false,
                orientation: Orientation(clockwiseDegrees: 90, isMirrored: false)))
        let pieces = try bench.takeStills("a.mp4", plan).pieces
        let poster = try bench.luma(pieces[0])
        #expect(poster.values[45 * 160 + 20] < 5 && poster.values[45 * 160 + 140] > 250)
        let sheet = try bench.luma(pieces[1])
        #expect(sheet.values[9 * 160 + 4] < 5 && sheet.values[9 * 160 + 28] > 250)
    }

    @Test func theBytesRepeat() throws {
        let bench = try SoundBench()
        try bench.makeCounted("a.mp4", seconds: 4, "-c:v", "libx264", "-g", "25")
        let plan = StillsBench.plan(
            poster: .one, thumbnails: [.zero, .one, Rational(2)], interval: .one, columns: 2,
            rows: 1)
        let once = try bench.takeStills("a.mp4", plan, as: "once")
        let again = try bench.takeStills("a.mp4", plan, as: "again")
        #expect(once.pieces == again.pieces)
        let bytes = try Data(contentsOf: bench.url("once"))
        #expect(try bytes == Data(contentsOf: bench.url("again")))
        let extents = once.pieces.flatMap { $0.fragments.map(\.extent) }
            .sorted { $0.offset < $1.offset }
        var end: Int64 = 0
        for extent in extents {
            #expect(extent.offset == end)
            end = extent.end
        }
        #expect(end == Int64(bytes.count))
    }

    @Test func whatIsNotThereIsRefused() throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", "a.mp4")
        let failure = #expect(throws: Failure.self) {
            try bench.takeStills(
                "a.mp4", StillsBench.plan(poster: .zero, thumbnails: [.zero], interval: .one))
        }
        #expect(failure?.code == .sourceChanged)
    }
}
