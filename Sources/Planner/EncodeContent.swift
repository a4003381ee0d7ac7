import ContentDigest
import TranscodeModel

/// Names what encode units make: everything that determines their bytes. What all chunks share is written once, since a film
/// has thousands.
struct EncodeContent {
    private struct Common: Encodable {
        var pipeline = UnitGraph.pipelineVersion
        var source: Digest
        var streamIndex: Int
        /// Nil where frames last unequally: then each chunk has its own part.
        var grid: FrameGrid?
        var keyFrameInterval: Int
        var reorderFrames: Int
        var treatment: PictureTreatment
        var picture: PictureSize?
        var color: ColorDescription
        var light: LightMetadata?
        var clock: SourceClock
        var damage: DamagePolicy
    }

    private let video: VideoPlan
    private let common: Digest
    private var groups: [[VideoRendition]: Digest] = [:]

    init(source: Digest, video: VideoPlan, damage: DamagePolicy) {
        self.video = video
        common = canonicalDigest(
            Common(
                source: source, streamIndex: video.streamIndex,
                grid: video.grid.cadence == nil ? video.grid : nil,
                keyFrameInterval: video.keyFrameInterval, reorderFrames: video.reorderFrames,
                treatment: video.treatment, picture: video.picture, color: video.color,
                light: video.light,
                clock: video.sourceClock, damage: damage))
    }

    /// - Parameter group: renditions with different names, of the plan or of an earlier one.
    mutating func digest(_ chunk: Chunk, _ group: [VideoRendition]) -> Digest {
        var text = "encode \(common) \(digest(group)) \(chunk.index) \(chunk.frames)"
        for point in chunk.entryPoints {
            text += " \(point.pts)/\(point.dts)/\(point.bytePosition)"
        }
        if video.grid.cadence != nil { text += " \(canonicalDigest(video.grid(of: chunk)))" }
        return Digest.sha256(text)
    }

    private mutating func digest(_ group: [VideoRendition]) -> Digest {
        if let known = groups[group] { return known }
        let digest = canonicalDigest(group)
        groups[group] = digest
        return digest
    }
}
