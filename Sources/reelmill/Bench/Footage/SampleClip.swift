import Foundation
import TranscodeModel

/// Clips to measure with when none is given: of several kinds, painted and encoded here, so that no other program is
/// needed and they are the same wherever the same encoder is.
struct SampleClip {
    var width = 1280
    var height = 720
    var seconds = 10

    /// Makes one of each kind in a folder, and returns their paths. A raw clip lies beside them for a while.
    func makeAll(
        in folder: String, _ settings: Settings, _ note: (String) -> Void
    ) async throws -> [String] {
        var paths: [String] = []
        for kind in FootageKind.allCases {
            note("making the sample \(kind.rawValue)")
            let path = "\(folder)/\(kind.rawValue).mp4"
            try await make(kind, at: path, settings)
            paths.append(path)
        }
        return paths
    }

    func make(_ kind: FootageKind, at path: String, _ settings: Settings) async throws {
        let place = try BenchWorkplace(
            settings: settings, profile: try profile(), workers: settings.workers)
        do {
            let raw = place.folder + "/\(kind.rawValue).avi"
            try RawClip(
                kind: kind, width: width, height: height, frames: seconds * RawClip.framesPerSecond
            ).write(to: raw)
            let run = try await place.run([raw])
            guard let output = run.outputs.first, let video = output.plan.video else {
                throw CommandFault(.jobFailed, "the sample \(kind.rawValue) has no pictures")
            }
            try FileManager.default.moveItem(
                atPath: output.track(video.renditions[0].name), toPath: path)
        } catch {
            try place.remove()
            throw error
        }
        try place.remove()
    }

    /// As cameras and recorders deliver: one file, good quality, little effort.
    private func profile() throws -> Profile {
        var profile = try ProfileLoading.load("mp4")
        profile.name = "sample"
        profile.images = nil
        profile.text = nil
        profile.video?.preset = "veryfast"
        profile.video?.parameters = [:]
        profile.video?.quality = 18
        profile.video?.ladder = [
            Rung(lines: min(width, height), averageKilobitsPerSecond: 12_000)
        ]
        return profile
    }
}
