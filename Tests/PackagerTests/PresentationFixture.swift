import ContentDigest
import TranscodeModel

@testable import Packager

/// A presentation of two renditions and two languages, with round numbers: 13 seconds at 24 frames a
/// second, key frames each 2 s, segments of 6 s.
enum PresentationFixture {
    static let grid = FrameGrid(
        rate: Rational(24), frames: 312, origin: .zero, timescale: 24_000, ticksPerFrame: 1000)

    static func video(_ name: String, lines: Int, width: Int) -> VideoRendition {
        VideoRendition(
            name: name, width: width, height: lines, codec: .h264, preset: "medium", quality: 23,
            averageKilobitsPerSecond: 1000, parameters: [:])
    }

    static func sound(
        _ name: String, language: String, title: String? = nil, isDefault: Bool
    ) -> AudioRendition {
        AudioRendition(
            name: name, streamIndex: 1, codec: .aac, kilobitsPerSecond: 128, sampleRate: 48_000,
            channels: 2, language: language, title: title, isDefault: isDefault, origin: .zero,
            samples: 624_000, segmentDuration: Rational(6))
    }

    static let images = ImagePlan(
        streamIndex: 0, posterTime: Rational(13, 10),
        thumbnailTimes: [.zero, Rational(5), Rational(10)], interval: Rational(5),
        posterWidth: 1280, posterHeight: 720, thumbnailWidth: 160, thumbnailHeight: 90, columns: 2,
        rows: 1,
        treatment: PictureTreatment(deinterlaces: false, toneMaps: false, orientation: .upright),
        color: color)

    static let color = ColorDescription(
        primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false)

    static let plan: Plan = {
        let profile = Profile(
            name: "test", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)
        return Plan(
            source: Digest.sha256("source"), profile: profile, packaging: .cmaf,
            video: VideoPlan(
                streamIndex: 0, sourceTimeBase: Rational(1, 24), grid: grid, keyFrameInterval: 48,
                segmentFrames: 144, reorderFrames: 2,
                treatment: images.treatment, color: color,
                renditions: [
                    video("v720", lines: 720, width: 1280), video("v360", lines: 360, width: 640),
                ], chunks: []),
            audio: [
                sound("a1", language: "ger", isDefault: true),
                sound("a2", language: "fre", title: "Voix \"off\"\nCHANNELS=9", isDefault: false),
            ], images: images, units: [], warnings: [])
    }()

    /// Fragments of `size` bytes each, the last of them shorter in time where the frames end.
    static func videoTrack(size: Int64, codec: String, width: Int, height: Int) -> Track {
        let lengths: [Int64] = [48, 48, 48, 48, 48, 48, 24]
        var fragments: [TrackFragment] = []
        var (offset, time): (Int64, Int64) = (1000, 0)
        for (index, frames) in lengths.enumerated() {
            let bytes = size + Int64(index) * 100
            fragments.append(
                TrackFragment(
                    extent: Extent(offset: offset, length: bytes), sequence: UInt32(index + 1),
                    decodeTime: time, duration: frames * 1000, sampleCount: Int(frames),
                    keyFrameEnd: offset + bytes / 4, startsWithKeyFrame: true,
                    sampleDuration: 1000, compositionStart: time + 2000,
                    isCompositionContiguous: true))
            offset += bytes
            time += frames * 1000
        }
        return Track(
            header: TrackHeader(
                timescale: 24_000, codec: codec,
                media: .video(
                    width: width, height: height,
                    color: ColorCodes(primaries: 1, transfer: 1, matrix: 1, isFullRange: false)),
                shift: 2000, preSkip: nil, trackID: 1,
                defaults: SampleDefaults(duration: 0, size: 0, flags: 0)),
            initialization: Extent(offset: 0, length: 800), index: Extent(offset: 800, length: 200),
            references: references(fragments, groups: [3, 3, 1]), fragments: fragments,
            byteCount: offset)
    }

    static func soundTrack(bytes: [Int64]) -> Track {
        var fragments: [TrackFragment] = []
        var (offset, time): (Int64, Int64) = (900, 0)
        for (index, length) in bytes.enumerated() {
            let frames = index + 1 == bytes.count ? 48 : 282
            let duration = Int64(frames) * 1024
            fragments.append(
                TrackFragment(
                    extent: Extent(offset: offset, length: length), sequence: UInt32(index + 1),
                    decodeTime: time, duration: duration, sampleCount: frames,
                    keyFrameEnd: offset + 500, startsWithKeyFrame: true, sampleDuration: 1024,
                    compositionStart: time, isCompositionContiguous: true))
            offset += length
            time += duration
        }
        return Track(
            header: TrackHeader(
                timescale: 48_000, codec: "mp4a.40.2",
                media: .audio(sampleRate: 48_000, channels: 2),
                shift: 1024, preSkip: nil, trackID: 1,
                defaults: SampleDefaults(duration: 0, size: 0, flags: 0)),
            initialization: Extent(offset: 0, length: 700), index: Extent(offset: 700, length: 200),
            references: references(fragments, groups: Array(repeating: 1, count: bytes.count)),
            fragments: fragments, byteCount: offset)
    }

    private static func references(
        _ fragments: [TrackFragment], groups: [Int]
    ) -> [IndexReference] {
        var rest = fragments[...]
        return groups.map { count in
            defer { rest = rest.dropFirst(count) }
            let group = rest.prefix(count)
            return IndexReference(
                byteCount: group.reduce(0) { $0 + $1.extent.length },
                duration: group.reduce(0) { $0 + $1.duration })
        }
    }

    static let presentation = Presentation(
        plan: plan,
        tracks: [
            "v720": videoTrack(size: 500_000, codec: "avc1.64001f", width: 1280, height: 720),
            "v360": videoTrack(size: 100_000, codec: "avc1.64001e", width: 640, height: 360),
            "a1": soundTrack(bytes: [96_000, 97_000, 17_000]),
            "a2": soundTrack(bytes: [90_000, 90_000, 15_000]),
        ])
}
