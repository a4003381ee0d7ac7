import Foundation
import Planner
import ProfileCatalog
import SeededRandom
import TranscodeModel

/// Profiles with mistakes in them, through the reader, and what it accepts through the planner.
struct ProfileTrial: Trial {
    private let scene: TrialScene
    private let originals: [[UInt8]]
    private let index: SourceIndex?
    private let text = TextMutation(
        words: [
            "null", "~", "none", "{}", "[]", "!!binary", "&a", "*a", "<<: *a", "|", ">", "0s", "1s",
            "1p@1", "16p@10", "8640p@200000", "1x1", "web", "mp4", "av1", "opus", "hevc", "images",
            "progressive", "cmaf", "source", "strict", "other.yaml", "yes", "1e3", "0x10", ".inf",
            ".nan",
            "- -", "? :", "%YAML 9", "---", "...", "\"\\u0000\"", "@", "`",
        ], wordPercent: 40)

    init(_ scene: TrialScene) {
        self.scene = scene
        originals = ProfileCatalog.shippedNames.compactMap { name in
            ProfileCatalog.shippedText(name).map { Array($0.utf8) }
        }
        index = ProfileTrial.sample
    }

    func perform(seed: UInt64, _ tally: inout Tally) throws {
        var generator = Generator(seed: seed)
        var texts: [String] = []
        for _ in 0..<2 {
            var bytes = originals[generator.below(originals.count)]
            if generator.chance(5) { bytes = ProfileTrial.bomb(&generator) }
            if generator.chance(30) {
                bytes += Array("\nextends: other.yaml\n".utf8)
            }
            texts.append(String(decoding: text.mutated(bytes, &generator), as: UTF8.self))
        }
        try Data(texts[0].utf8).write(to: URL(fileURLWithPath: scene.inputPath))
        let other = texts[1]
        let reading: (String) throws -> String = { path in
            guard path.hasSuffix("other.yaml") else { throw FuzzFault(path) }
            return other
        }
        let found = ProfileCatalog.lint(text: texts[0], file: "fuzz.yaml", reading: reading)
        tally.count(found.isEmpty ? "accepted" : "refused")
        for finding in found {
            let lines = max(texts[0].utf8.count, other.utf8.count) + 2
            if !(1...lines).contains(finding.line) || finding.column < 1 || finding.file.isEmpty
                || finding.message.isEmpty
            {
                tally.find(
                    Tally.Finding(
                        part: .profile, seed: seed, text: "a finding without a place: \(finding)"))
            }
        }
        guard found.isEmpty else { return }
        try plan(texts[0], reading, seed, &tally)
    }

    private func plan(
        _ text: String, _ reading: @escaping (String) throws -> String, _ seed: UInt64,
        _ tally: inout Tally
    ) throws {
        let profile: Profile
        do throws(ProfileFault) {
            profile = try ProfileCatalog.load("fuzz.yaml") { path in
                path == "fuzz.yaml" ? text : try reading(path)
            }
        } catch {
            tally.find(
                Tally.Finding(
                    part: .profile, seed: seed, text: "lint accepts what load refuses: \(error)"))
            return
        }
        guard let index else { return }
        do throws(Failure) {
            let plan = try Planning.plan(
                index: index, source: SmallProfiles.source, profile: profile)
            tally.count("planned")
            for text in PlanClaims.findings(plan) {
                tally.find(Tally.Finding(part: .profile, seed: seed, text: text))
            }
        } catch { tally.count("plan \(error.code.rawValue)") }
    }

    /// Aliases of aliases, which a reader that copies them would never finish.
    private static func bomb(_ generator: inout Generator) -> [UInt8] {
        var text = "schema: 1\nname: bomb\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<(3 + generator.below(12)) {
            let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        text += "video: *a\(2)\naudio: *a1\n"
        return Array(text.utf8)
    }

    /// Ten seconds at 25 frames a second, with sound.
    private static let sample: SourceIndex = {
        var video: [VideoTrack] = []
        video.append(
            VideoTrack(
                streamIndex: 0, codec: "h264", pixelFormat: "yuv420p", bitDepth: 8, width: 1920,
                height: 1080, sampleAspect: .one, orientation: .upright,
                color: ColorDescription(
                    primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false),
                isInterlaced: false, timeBase: Rational(1, 12_800), averageFrameRate: Rational(25),
                frameTimes: TickRuns((0..<250).map { Int64($0) * 512 }), lastFrameDuration: 512,
                randomAccessPoints: (0..<10).map {
                    RandomAccessPoint(
                        pts: Int64($0) * 12_800, dts: Int64($0) * 12_800,
                        bytePosition: Int64($0) * 1000)
                }))
        return SourceIndex(
            container: "mov", byteCount: 100_000, video: video,
            audio: [
                AudioTrack(
                    streamIndex: 1, codec: "aac", sampleRate: 48_000, channels: 2,
                    channelLayout: "stereo", language: "und", title: nil, isDefault: true,
                    timeBase: Rational(1, 48_000), startTicks: 0, endTicks: 480_000)
            ], omitted: [], warnings: [])
    }()
}
