public import TranscodeModel

/// The finished tracks of a job with their places in the output: what manifests describe.
public struct Presentation: Sendable {
    public let plan: Plan
    /// From the largest to the smallest, as in the plan.
    public let video: [PresentedTrack]
    public let audio: [PresentedTrack]
    /// Those that have anything to show.
    let text: [PresentedText]

    /// `tracks` are the plan's renditions by name. One that is missing is a bug of the caller. `text` has the
    /// cues of those renditions of text that have any.
    public init(plan: Plan, tracks: [String: Track], text: [String: [TextCue]] = [:]) {
        self.plan = plan
        func presented(_ name: String, folder: String) -> PresentedTrack {
            guard let track = tracks[name] else { preconditionFailure("no track \(name)") }
            return PresentedTrack(name: name, folder: folder, track: track)
        }
        video = (plan.video?.renditions ?? []).map { presented($0.name, folder: "video") }
        audio = plan.audio.map { presented($0.name, folder: "audio") }
        self.text = plan.text.compactMap { rendition in
            text[rendition.name].map { PresentedText(rendition, $0) }
        }
    }

    /// The nominal length of a segment in seconds, from which target durations follow.
    var frameRate: Rational? { plan.video?.grid.rate }
}

/// One track file in the output.
public struct PresentedTrack: Sendable {
    public let name: String
    let folder: String
    public let track: Track
    /// The segments that players fetch, in order.
    let segments: [Segment]
    /// One a fragment: from the start of the `moof` to the end of its key frame.
    let keyFrames: [Segment]

    init(name: String, folder: String, track: Track) {
        self.name = name
        self.folder = folder
        self.track = track
        var offset = track.index.end
        var time: Int64 = 0
        var segments: [Segment] = []
        for reference in track.references {
            segments.append(
                Segment(
                    extent: Extent(offset: offset, length: reference.byteCount),
                    start: time, duration: reference.duration))
            offset += reference.byteCount
            time += reference.duration
        }
        self.segments = segments
        let starts = track.fragments.map { track.presentationStart(of: $0) }
        let ends = starts.dropFirst() + [track.presentationEnd]
        keyFrames = zip(track.fragments, zip(starts, ends)).map { fragment, span in
            Segment(
                extent: Extent(
                    offset: fragment.extent.offset,
                    length: fragment.keyFrameEnd - fragment.extent.offset),
                start: span.0, duration: span.1 - span.0)
        }
    }

    /// Relative to the output directory.
    public var path: String { "\(folder)/\(name).mp4" }
    var playlistPath: String { "\(folder)/\(name).m3u8" }
    var keyFramePlaylistPath: String { "\(folder)/\(name)-iframes.m3u8" }

    /// In seconds.
    var duration: Rational { seconds(segments.reduce(0) { $0 + $1.duration }) }

    func seconds(_ ticks: Int64) -> Rational { Rational(ticks, Int64(track.header.timescale)) }

    var rates: BitRates { BitRates(segments, timescale: track.header.timescale) }
    var keyFrameRates: BitRates { BitRates(keyFrames, timescale: track.header.timescale) }
}

/// A range of a track file that is fetched by itself. Times in ticks of the track, of the presentation.
struct Segment: Hashable {
    var extent: Extent
    var start: Int64
    var duration: Int64
}
