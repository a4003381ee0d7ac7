import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// The source is put on the timeline as it was for the encode: what they do not share would look like a fault.
struct SoundComparisonTests {
    @Test("where a codec frame is lost, silence stands in for it on both sides")
    func damaged() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i",
            "anoisesrc=color=pink:seed=5:amplitude=0.4:sample_rate=48000:duration=6", "-c:a", "aac",
            "a.mp4")
        let listed = try bench.ffprobe(
            "-show_entries", "packet=pts_time,size,pos", "-of", "csv=p=0", "a.mp4")
        let packets: [[Double]] = listed.split(separator: "\n").map { line in
            line.split(separator: ",").compactMap { Double($0) }
        }
        let packet = try #require(packets.first { $0.count == 3 && $0[0] >= 3 })
        var bytes = try Data(contentsOf: bench.url("a.mp4"))
        let span = Int(packet[2])..<Int(packet[2]) + Int(packet[1])
        bytes.replaceSubrange(span, with: repeatElement(0xFF, count: span.count))
        try bytes.write(to: bench.url("a.mp4"))
        let rendition = SoundBench.rendition(seconds: Rational(6))
        let result = try bench.encode("a.mp4", rendition)
        #expect(result.damage.contains { $0.kind == .decodeErrors })
        #expect(result.warnings.contains { $0.contains("1 gap (0.021 s") }, "\(result.warnings)")
        let heard = try bench.heard(rendition, result.pieces[0])
        try heard.withUnsafeBytes { try Data($0).write(to: bench.url("heard.raw")) }
        try bench.ffmpeg(
            "-f", "f32le", "-ar", "48000", "-ac", "1", "-i", "heard.raw", "-c:a", "pcm_f32le",
            "heard.wav")
        // From shortly after the loss on, before a difference that lasts would be believed anyway.
        let window = Int((packet[0] + 0.03) * 48_000)
        _ = try bench.staged(["a.mp4", "heard.wav"], as: "numbers") { inputs, staging in
            try SoundComparison.run(
                SoundComparisonRequest(rendition: rendition, track: 0, windows: [window]),
                limits: WorkerLimits(), reporter: ProgressReporter(descriptor: -1),
                source: inputs[0], staging: staging, track: inputs[1])
        }
        let numbers = [UInt8](try Data(contentsOf: bench.url("numbers")))
        let lag = try #require(LagMeasurement(bytes: numbers.suffix(LagMeasurement.byteCount)))
        #expect(lag.correlation > 0.9 && abs(lag.milliseconds) < 0.5, "\(lag)")
    }
}
