import TranscodeModel

/// Whether a track file is what the plan says: structure, times, counts, index (I8, I9).
struct TrackCheck {
    let path: String
    let track: Track

    /// A picture track: every frame of the grid once, in fragments of one GOP each.
    func check(
        _ rendition: VideoRendition, _ video: VideoPlan, into list: inout FindingList
    ) {
        let (grid, timing) = (video.grid, video.timing)
        let shift = timing.shift
        list.require(
            track.header.timescale == video.grid.timescale, path, .timing,
            "the timescale is \(track.header.timescale), not \(video.grid.timescale)")
        list.require(
            track.header.shift == shift, path, .timing,
            "the edit list starts at \(track.header.shift), not \(shift)")
        checkSize(rendition, into: &list)
        list.require(
            track.sampleCount == video.grid.frames, path, .count,
            "it has \(track.sampleCount) frames where the plan has \(video.grid.frames)")
        let groups = timing.groups(in: 0..<grid.frames)
        list.require(
            track.fragments.count == groups.count, path, .count,
            "it has \(track.fragments.count) fragments where \(groups.count) are due")
        for (number, (fragment, group)) in zip(track.fragments, groups).enumerated() {
            let name = "fragment \(number)"
            let start = grid.ticks(of: group.lowerBound)
            list.require(
                fragment.sampleCount == group.count, path, .count,
                "\(name) has \(fragment.sampleCount) frames where \(group.count) are due")
            list.require(
                fragment.decodeTime == start, path, .timing,
                "\(name) has tfdt \(fragment.decodeTime) where \(start) is due")
            let ends = grid.ticks(of: group.upperBound)
            list.require(
                fragment.decodeTimes == TickRuns(group.map { timing.decodeTicks($0, in: group) })
                    && fragment.duration == ends - start, path, .timing,
                "\(name) has frames that do not last as long as the plan says")
            list.require(
                fragment.startsWithKeyFrame, path, .structure,
                "\(name) does not start with a key frame")
            list.require(
                fragment.shownTimes == TickRuns(group.map { grid.ticks(of: $0) + shift }), path,
                .timing, "\(name) does not show its frames one after the other from its start")
        }
        checkSequence(into: &list)
        checkIndex(timing.segments, into: &list)
    }

    /// A sound track: codec frames without a gap from 0 on, all that the plan wants of them.
    func check(_ rendition: AudioRendition, into list: inout FindingList) {
        let header = track.header
        list.require(
            header.timescale == rendition.sampleRate, path, .timing,
            "the timescale is \(header.timescale), not \(rendition.sampleRate)")
        list.require(
            header.shift == header.codingShift, path, .timing,
            "the edit list starts at \(header.shift), not at the encoder's \(header.codingShift)")
        if let copied = rendition.copied {
            // What turned out to be damaged was encoded, and has an encoder's.
            list.require(
                header.shift == Int64(copied.primingSamples)
                    || header.shift == Int64(CodedSound.frameSamples), path, .timing,
                "the edit list starts at \(header.shift), not at \(copied.primingSamples)")
        }
        var time: Int64 = 0
        let frame = track.fragments.first?.sampleDuration ?? 0
        for (number, fragment) in track.fragments.enumerated() {
            list.require(
                fragment.decodeTime == time, path, .timing,
                "fragment \(number) has tfdt \(fragment.decodeTime) where \(time) is due")
            time = fragment.decodeTime + fragment.duration
            list.require(
                fragment.compositionStart == fragment.decodeTime
                    && fragment.isCompositionContiguous
                    && fragment.duration <= Int64(fragment.sampleCount) * frame, path, .timing,
                "fragment \(number) does not play its samples one after the other")
        }
        let end = track.presentationEnd
        list.require(
            end >= Int64(rendition.samples) && end < Int64(rendition.samples) + 2 * frame, path,
            .count, "it has \(end) samples of sound where the plan has \(rendition.samples)")
        var segmentStart: Int64 = 0
        for (number, reference) in track.references.enumerated() {
            let due = rendition.segments.start(
                of: number, inParts: Int64(rendition.sampleRate))
            // In whole samples: no fraction of a file's numbers with those of a receipt.
            list.require(
                segmentStart >= due.ceiling - frame && segmentStart <= due.floor + frame, path,
                .alignment,
                "segment \(number) starts at sample \(segmentStart), more than a codec frame from "
                    + "\(due.rounded)")
            segmentStart += reference.duration
        }
        checkSequence(into: &list)
        checkIndex(nil, into: &list)
    }

    /// The decoder's buffer: the track's bytes must do to it what was proven of them.
    func check(_ proof: BufferProof, of rendition: VideoRendition, into list: inout FindingList) {
        var scan = BufferScan(BufferModel(rendition), timescale: track.header.timescale)
        for fragment in track.fragments {
            for sample in fragment.samples { scan.take(sample) }
        }
        let found = scan.proof(reencoded: proof.reencoded)
        list.require(
            found == proof, path, .buffer,
            "\(found.violations) frames are due before they have arrived and the buffer falls to "
                + "\(found.lowest) bits, where \(proof.violations) and \(proof.lowest) are recorded"
        )
    }

    private func checkSize(_ rendition: VideoRendition, into list: inout FindingList) {
        guard case .video(let width, let height, _) = track.header.media else {
            list.add(path, .structure, "it is not a picture track")
            return
        }
        list.require(
            width == rendition.width && height == rendition.height, path, .structure,
            "its pictures are \(width)x\(height), not \(rendition.width)x\(rendition.height)")
    }

    private func checkSequence(into list: inout FindingList) {
        for (number, fragment) in track.fragments.enumerated() {
            list.require(
                fragment.sequence == UInt32(number + 1), path, .structure,
                "fragment \(number) has the sequence number \(fragment.sequence)")
        }
    }

    private func checkIndex(_ segments: SegmentTicks?, into list: inout FindingList) {
        let due = SegmentIndex.references(
            track.fragments, segments: segments, shift: track.header.shift)
        list.require(
            track.references == due, path, .index,
            "the index (sidx) does not list the segments that follow it")
    }
}
