import Foundation
import TranscodeModel

/// Measures the cost of the seams with our own pipeline, of which only the length of the chunks is changed.
struct SeamCostBench {
    let settings: Settings
    let profile: Profile
    let workers: Int
    let judge: QualityJudge

    /// Longer than any source that is let in.
    private static let wholeSeconds = 86_400 * 365

    func run(_ inputs: [String], _ note: (String) -> Void) async throws -> SeamCost {
        guard let video = profile.video else {
            throw CommandFault(
                .usage, "--seam-cost: the profile \(profile.name) makes no pictures in motion.")
        }
        let scale: VideoCodecScale = video.codec == .av1 ? .svt : .x26x
        var renditions: [SeamCost.Rendition] = []
        for input in inputs {
            let name = (input as NSString).lastPathComponent
            var points: [String: [SeamCost.Point]] = [:]
            var order: [String] = []
            var chunks = 0
            for offset in SeamCost.offsets(scale) {
                let setting = video.quality + offset
                note("seams of \(name) at quality \(setting)")
                let chunked = try await encode(input, setting, isWhole: false)
                let whole = try await encode(input, setting, isWhole: true)
                chunks = chunked.chunks
                order = chunked.names
                for name in order {
                    guard let first = chunked.made[name], let second = whole.made[name] else {
                        continue
                    }
                    points[name, default: []].append(
                        SeamCost.Point(
                            setting: setting, chunkedBytes: first.bytes,
                            wholeBytes: second.bytes, chunked: first.quality, whole: second.quality
                        ))
                }
            }
            renditions += order.map {
                SeamCost.Rendition(
                    input: name, name: $0, chunks: chunks, points: points[$0] ?? [],
                    profileSetting: video.quality)
            }
        }
        return SeamCost(renditions)
    }

    /// One encode of the ladder, measured.
    private struct Encode {
        var chunks: Int
        var names: [String]
        var made: [String: (bytes: Int64, quality: Quality)]
    }

    private func encode(_ input: String, _ setting: Int, isWhole: Bool) async throws -> Encode {
        let place = try BenchWorkplace(
            settings: settings, profile: changed(setting, isWhole: isWhole), workers: workers)
        do {
            let run = try await place.run([input])
            let encode = try await measured(run, input, isWhole: isWhole)
            try place.remove()
            return encode
        } catch {
            try place.remove()
            throw error
        }
    }

    private func measured(
        _ run: BenchRun, _ input: String, isWhole: Bool
    ) async throws -> Encode {
        guard let output = run.outputs.first, let video = output.plan.video else {
            throw CommandFault(.usage, "\(input): --seam-cost needs pictures in motion.")
        }
        guard !isWhole || video.chunks.count == 1 else {
            throw CommandFault(
                .jobFailed,
                "\(input): the plan has \(video.chunks.count) chunks where one is wanted, so that the "
                    + "cost of seams cannot be told.")
        }
        var made: [String: (bytes: Int64, quality: Quality)] = [:]
        let qualities = try await judge.ours(output, source: input)
        for rendition in video.renditions {
            guard let quality = qualities[rendition.name] else { continue }
            made[rendition.name] = (output.bytes[rendition.name] ?? 0, quality)
        }
        return Encode(
            chunks: video.chunks.count, names: video.renditions.map(\.name), made: made)
    }

    /// The same profile with pictures alone, at another quality; or in one piece.
    private func changed(_ setting: Int, isWhole: Bool) -> Profile {
        var changed = profile
        // Early play has short chunks of its own.
        changed.publish = nil
        changed.audio = nil
        changed.images = nil
        changed.text = nil
        changed.packaging = .cmaf
        changed.video?.quality = setting
        if isWhole { changed.video?.chunkDurationSeconds = SeamCostBench.wholeSeconds }
        return changed
    }
}
