public import TranscodeModel

/// A file of the output and the bytes that become it.
public struct OutputFile: Hashable, Sendable {
    /// Relative to the output directory.
    public var path: String
    /// The unit whose artifact has the bytes.
    public var position: Int
    public var extent: Extent
    /// Frames of a picture track, codec frames of sound, pictures of an image; 0 for text.
    public var samples: Int
}

/// Which artifacts become which files.
public enum OutputLayout {
    public static let receiptPath = "receipt.json"

    /// `artifacts` are those of the plan's units, by position. A missing one is a bug of the caller.
    public static func files(_ plan: Plan, artifacts: [Int: Artifact]) -> [OutputFile] {
        var files: [OutputFile] = []
        for unit in plan.units.reversed() {
            switch unit.work {
            case .package:
                files += pieces(unit, artifacts, folder: "")
            case .stitch(let name) where plan.packaging == .cmaf:
                let artifact = artifact(unit, artifacts)
                files.append(
                    OutputFile(
                        path: trackPath(name, in: plan), position: unit.position,
                        extent: Extent(offset: 0, length: artifact.byteCount),
                        samples: artifact.pieces.flatMap(\.fragments).reduce(0) { $0 + $1.samples }
                    ))
            case .images: files += pieces(unit, artifacts, folder: "images/")
            case .text: files += pieces(unit, artifacts, folder: textFolder)
            case .stitch, .encode, .audio, .preview, .verify, .publish: break
            }
        }
        return files
    }

    /// Where a rendition's track file lies.
    public static func trackPath(_ name: String, in plan: Plan) -> String {
        (plan.audio.contains { $0.name == name } ? "audio/" : "video/") + name + ".mp4"
    }

    private static let textFolder = "text/"
    private static let posterPath = "images/poster.jpg"

    /// All cues of a rendition of text.
    public static func textPath(_ name: String) -> String { "\(textFolder)\(name).vtt" }
    static func textSegmentsPath(_ name: String) -> String { "\(textFolder)\(name)-segments.vtt" }
    static func textPlaylistPath(_ name: String) -> String { "\(textFolder)\(name).m3u8" }

    /// Where the one file of a progressive output lies: without pictures its name says so.
    public static func progressivePath(_ plan: Plan) -> String {
        plan.video == nil ? "audio.m4a" : "video.mp4"
    }

    /// Whether a file holds tracks, of which frames and a duration are told.
    public static func holdsTracks(_ path: String) -> Bool {
        path.hasSuffix(".mp4") || path.hasSuffix(".m4a")
    }

    /// Every path that the plan's output has, without the receipt.
    ///
    /// What can turn out to be nothing (text without a cue, broken cover art) is there if it is `listed`: among what was
    /// made, or in the receipt.
    public static func paths(_ plan: Plan, listed: Set<String> = []) -> Set<String> {
        var paths: Set<String> = []
        switch plan.packaging {
        case .cmaf:
            paths = ["master.m3u8", "manifest.mpd"]
            for rendition in plan.video?.renditions ?? [] {
                let base = "video/\(rendition.name)"
                paths.formUnion([base + ".mp4", base + ".m3u8", base + "-iframes.m3u8"])
            }
            for rendition in plan.audio {
                paths.formUnion(["audio/\(rendition.name).mp4", "audio/\(rendition.name).m3u8"])
            }
            if !plan.chapters.isEmpty { paths.formUnion(ChapterFiles.paths) }
        case .progressive: paths = [progressivePath(plan)]
        case .images: break
        }
        for rendition in plan.text where listed.contains(textPath(rendition.name)) {
            paths.insert(textPath(rendition.name))
            if plan.packaging == .cmaf {
                paths.insert(textSegmentsPath(rendition.name))
                paths.insert(textPlaylistPath(rendition.name))
            }
        }
        if let images = plan.images, images.isCoverArt {
            if listed.contains(posterPath) { paths.insert(posterPath) }
        } else if let images = plan.images {
            paths.formUnion([posterPath, "images/thumbnails.vtt"])
            for sheet in 0..<SpriteGeometry(images).sheets {
                paths.insert("images/" + SpriteGeometry.name(ofSheet: sheet))
            }
        }
        return paths
    }

    private static func pieces(
        _ unit: PlannedUnit, _ artifacts: [Int: Artifact], folder: String
    ) -> [OutputFile] {
        artifact(unit, artifacts).pieces.flatMap { piece in
            piece.fragments.prefix(1).map {
                OutputFile(
                    path: folder + piece.name, position: unit.position, extent: $0.extent,
                    samples: $0.samples)
            }
        }
    }

    private static func artifact(
        _ unit: PlannedUnit, _ artifacts: [Int: Artifact]
    ) -> Artifact {
        guard let artifact = artifacts[unit.position] else {
            preconditionFailure("unit \(unit.position) has no artifact")
        }
        return artifact
    }
}
