public import TranscodeModel

/// Reads a track file's structure: `ftyp moov sidx (moof mdat)+` and nothing else.
///
/// It fails on what is not well-formed. Whether the times and counts are the planned ones is for
/// `PublicationCheck` to say.
public enum TrackReader {
    /// The track of a rendition, which must hold pictures where the plan has pictures, and sound where it has sound:
    /// a worker wrote it, and what describes it must not trip over it (I12).
    public static func track(
        _ source: any ByteSource, of rendition: String, in plan: Plan
    ) throws(Failure) -> Track {
        let track = try track(source)
        let isVideo = plan.video?.renditions.contains { $0.name == rendition } ?? false
        guard track.header.isVideo == isVideo else {
            throw source.fault(
                "it holds \(isVideo ? "sound" : "pictures") where \(isVideo ? "pictures" : "sound") "
                    + "are due", at: 0)
        }
        return track
    }

    public static func track(_ source: any ByteSource) throws(Failure) -> Track {
        let boxes = try TopLevelBox.all(in: source)
        guard boxes.count >= 5, boxes[..<3].map(\.type) == ["ftyp", "moov", "sidx"],
            boxes.count % 2 == 1
        else {
            throw source.fault(
                "a track file is ftyp, moov, sidx and pairs of moof and mdat, but this one has "
                    + boxes.prefix(6).map(\.type).joined(separator: ", "),
                at: 0)
        }
        let header = try InitializationSegment(movie: try boxes[1].load(from: source)).header
        let references = try SegmentIndex.references(
            try boxes[2].load(from: source), header: header)
        var fragments: [TrackFragment] = []
        for index in stride(from: 3, to: boxes.count, by: 2) {
            fragments.append(
                TrackFragment(
                    try MovieFragment(boxes[index], boxes[index + 1], in: source, header: header)))
        }
        // Playlists and indexes are made of the differences.
        for (fragment, next) in zip(fragments, fragments.dropFirst())
        where next.compositionStart < fragment.compositionStart {
            throw source.fault(
                "a fragment is shown before the one that it follows", at: next.extent.offset)
        }
        return Track(
            header: header, initialization: Extent(offset: 0, length: boxes[1].extent.end),
            index: boxes[2].extent, references: references, fragments: fragments,
            byteCount: source.byteCount)
    }

    /// The one fragment at an extent.
    package static func fragment(
        _ source: any ByteSource, _ extent: Extent, header: TrackHeader
    ) throws(Failure) -> TrackFragment {
        let moof = try TopLevelBox.header(in: source, at: extent.offset)
        let mdat = try TopLevelBox.header(in: source, at: moof.extent.end)
        guard mdat.extent.end == extent.end else {
            throw source.fault(
                "the fragment does not fill its \(extent.length) bytes", at: extent.offset)
        }
        return TrackFragment(try MovieFragment(moof, mdat, in: source, header: header))
    }
}
