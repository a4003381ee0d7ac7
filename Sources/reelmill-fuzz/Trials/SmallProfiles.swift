import ContentDigest
import Foundation
import ProfileCatalog
import TranscodeModel

/// Profiles that make little, quickly, of any file.
enum SmallProfiles {
    private static let base = """
        schema: 1
        name: small
        summary: small and quick
        extends: web
        video:
          preset: ultrafast
          parameters: {}
          quality: 40
          ladder: [96p@200, 48p@60]
          keyframe: 1s
          segment: 2s
          chunk: 2s
        audio:
          bitrate: 64
          tracks: 2
        images:
          poster: 96
          every: 1s
          width: 64
          grid: 4x4

        """

    static func all() throws(ProfileFault) -> [Profile] {
        var profiles: [Profile] = []
        for addition in ["", "", "damage: strict\n"] {
            profiles.append(try ProfileCatalog.load("small.yaml") { _ in base + addition })
        }
        return profiles
    }

    static func progressive() throws(ProfileFault) -> Profile {
        let one = base.replacingOccurrences(of: "[96p@200, 48p@60]", with: "[96p@200]")
            .components(separatedBy: "images:")[0]
        return try ProfileCatalog.load("small.yaml") { _ in
            one + "images: none\npackaging: progressive\n"
        }
    }

    /// Stands for the digest of any source.
    static let source = Digest.sha256("fuzz")
}
