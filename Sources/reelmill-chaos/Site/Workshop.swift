import Foundation

/// What all rounds share: the programs, the clip and what an undisturbed run made of it.
struct Workshop {
    /// Holds `reelmill`, `reelmill-worker` and `libreelmill-faults.so`.
    var programs: String
    /// Holds the clip, the profile and a directory a round.
    var folder: String
    var clip: String
    var profile: String

    var reelmill: String { programs + "/reelmill" }
    var faultLibrary: String { programs + "/libreelmill-faults.so" }

    static func open(
        programs: String, folder: String, footage: String?
    ) throws -> Workshop {
        let workshop = Workshop(
            programs: programs, folder: folder, clip: footage ?? folder + "/clip.mp4",
            profile: folder + "/small.yaml")
        for file in [
            workshop.reelmill, programs + "/reelmill-worker", workshop.faultLibrary, footage,
        ].compactMap({ $0 }) {
            guard FileManager.default.fileExists(atPath: file) else {
                throw ChaosFault("\(file): it is not there; scripts/chaos builds the programs")
            }
        }
        try Workshop.profileText.write(
            toFile: workshop.profile, atomically: true, encoding: .utf8)
        if footage == nil { try workshop.makeClip() }
        return workshop
    }

    /// Small, but with every kind of unit, and several chunks.
    private static let profileText = """
        schema: 1
        extends: web
        name: small
        video:
          preset: veryfast
          ladder: [180p@300, 90p@100]
          keyframe: 1s
          segment: 1s
          chunk: 2s
        images:
          every: 2s
        publish:
          early: true
        """

    private func makeClip() throws {
        let child = try Child.start(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=320x180:rate=24:duration=7", "-f", "lavfi", "-i",
                "sine=frequency=330:sample_rate=48000:duration=7", "-c:v", "libx264", "-preset",
                "ultrafast", "-g", "30", "-c:a", "aac", clip,
            ], environment: ["PATH": "/usr/bin:/bin"], log: folder + "/ffmpeg")
        guard child.wait(seconds: 120) == 0 else { throw ChaosFault("ffmpeg: \(child.errors)") }
    }
}
