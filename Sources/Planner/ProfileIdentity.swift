import ContentDigest
import Foundation
public import TranscodeModel

/// The digest of a value's canonical JSON: keys sorted, so that the same value has the same digest.
func canonicalDigest(_ value: some Encodable) -> Digest {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Digest.sha256([UInt8](try encoder.encode(value))) } catch {
        preconditionFailure("a value of ours cannot be encoded: \(error)")
    }
}

/// What names a profile and a job's work (I15).
public enum ProfileIdentity {
    public static func digest(of profile: Profile) -> Digest { canonicalDigest(profile) }

    private struct Content: Encodable {
        var source: Digest
        var profile: Digest
        var destination: String
    }

    /// Of a job: the same source, profile and destination are the same job.
    public static func content(
        source: Digest, profile: Digest, destination: String
    ) -> Digest {
        canonicalDigest(Content(source: source, profile: profile, destination: destination))
    }

    private struct ProbeContent: Encodable {
        var source: Digest
        var indexVersion = SourceIndex.currentVersion
    }

    /// Of a probe, which depends on the source alone.
    public static func probeContent(source: Digest) -> Digest {
        canonicalDigest(ProbeContent(source: source))
    }
}
