public import TranscodeModel

/// Checks finished output byte by byte, before it is published and whenever someone asks.
///
/// It needs nothing but the plan and the bytes: no player, no decoder.
public enum PublicationCheck {
    /// All that is wrong; empty when the output is what the plan says. `files` are by path; `listed` are the paths
    /// that should be there, which tells what of the plan turned out to be nothing. `buffers` says of renditions what was
    /// proven when they were joined.
    public static func findings(
        _ plan: Plan, files: [String: any ByteSource], listed: Set<String> = [],
        buffers: [String: BufferProof] = [:]
    ) -> [PublicationFinding] {
        var list = FindingList()
        let expected = OutputLayout.paths(plan, listed: listed)
        let text = TextCheck.cues(plan, files.filter { expected.contains($0.key) }, &list)
        for path in expected.subtracting(files.keys).sorted() {
            list.add(path, .missing, "the file is not there")
        }
        for path in Set(files.keys).subtracting(expected).sorted() {
            list.add(path, .unexpected, "the plan has no such file")
        }
        switch plan.packaging {
        case .cmaf: checkTracks(plan, files, text, buffers, &list)
        case .progressive: checkProgressive(plan, files, &list)
        case .images: break
        }
        if plan.packaging != .cmaf, let (path, text) = Manifests.thumbnails(plan) {
            checkText(path, text, files, &list)
        }
        checkImages(files, &list)
        return list.findings
    }

    private static func checkTracks(
        _ plan: Plan, _ files: [String: any ByteSource], _ text: [String: [TextCue]],
        _ buffers: [String: BufferProof], _ list: inout FindingList
    ) {
        var tracks: [String: Track] = [:]
        func read(_ name: String, _ list: inout FindingList) -> TrackCheck? {
            let path = OutputLayout.trackPath(name, in: plan)
            guard let source = files[path] else { return nil }
            do throws(Failure) {
                let track = try TrackReader.track(source, of: name, in: plan)
                tracks[name] = track
                return TrackCheck(path: path, track: track)
            } catch {
                list.add(path, .structure, error.message)
                return nil
            }
        }
        if let video = plan.video {
            for rendition in video.renditions {
                guard let check = read(rendition.name, &list) else { continue }
                check.check(rendition, video, into: &list)
                buffers[rendition.name].map { check.check($0, of: rendition, into: &list) }
            }
        }
        for rendition in plan.audio { read(rendition.name, &list)?.check(rendition, into: &list) }
        // Manifests describe all tracks; with one unreadable there is nothing to compare with.
        guard tracks.count == plan.audio.count + (plan.video?.renditions.count ?? 0) else { return }
        for (path, text) in Manifests.files(
            Presentation(plan: plan, tracks: tracks, text: text))
        {
            checkText(path, text, files, &list)
        }
    }

    /// Every line must be the one that the bytes of the tracks ask for.
    private static func checkText(
        _ path: String, _ text: String, _ files: [String: any ByteSource],
        _ list: inout FindingList
    ) {
        guard let bytes = contents(path, files, &list), bytes != Array(text.utf8) else { return }
        let found = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let due = text.split(separator: "\n", omittingEmptySubsequences: false)
        for number in 0..<max(found.count, due.count) {
            let (left, right) = (found.at(number), due.at(number))
            if left != right {
                list.add(
                    path, .manifest,
                    "line \(number + 1) is \(quoted(left)) where \(quoted(right)) is due")
            }
        }
    }

    private static func checkProgressive(
        _ plan: Plan, _ files: [String: any ByteSource], _ list: inout FindingList
    ) {
        let path = OutputLayout.progressivePath(plan)
        guard let source = files[path] else { return }
        do throws(Failure) {
            let file = try ProgressiveFile(
                source, picturesMaximum: plan.video?.grid.frames ?? 0)
            list.require(
                file.startsWithMovie, path, .structure, "samples stand before the moov box")
            let pictures = file.tracks.filter { $0.handler == "vide" }
            let sound = file.tracks.filter { $0.handler == "soun" }
            list.require(
                pictures.count == (plan.video == nil ? 0 : 1) && sound.count == plan.audio.count,
                path, .structure,
                "it has \(pictures.count) picture and \(sound.count) sound tracks")
            list.require(
                file.chapters == min(plan.chapters.count, 255), path, .structure,
                "it has \(file.chapters) chapters where the plan has \(plan.chapters.count)")
            if let grid = plan.video?.grid, let track = pictures.first {
                list.require(
                    track.samples == grid.frames, path, .count,
                    "it has \(track.samples) frames where the plan has \(grid.frames)")
                list.require(
                    track.duration == grid.duration, path, .timing,
                    "its frames last \(track.duration) s where \(grid.duration) s are due")
                list.require(
                    track.shownTimes == grid.frameTicks,
                    path, .timing, "its frames are not shown when the plan says")
            }
            for (track, rendition) in zip(sound, plan.audio) {
                let least = rendition.duration
                // Priming and the rest of the last codec frame come on top.
                let most = least + Rational(8 * 1024, Int64(rendition.sampleRate))
                list.require(
                    track.duration >= least && track.duration <= most, path, .timing,
                    "its sound lasts \(track.duration) s where \(least) s are due")
            }
        } catch {
            list.add(path, .structure, error.message)
        }
    }

    /// Whole JPEG files by their first and last marker; their contents are never parsed here.
    private static func checkImages(
        _ files: [String: any ByteSource], _ list: inout FindingList
    ) {
        for (path, source) in files.sorted(by: { $0.key < $1.key }) where path.hasSuffix(".jpg") {
            guard let bytes = contents(path, files, &list) else { continue }
            list.require(
                source.byteCount > 4 && bytes.prefix(2) == [0xFF, 0xD8]
                    && bytes.suffix(2) == [0xFF, 0xD9], path, .structure,
                "it is not a whole JPEG image")
        }
    }

    private static func contents(
        _ path: String, _ files: [String: any ByteSource], _ list: inout FindingList
    ) -> [UInt8]? {
        guard let source = files[path] else { return nil }
        do throws(Failure) {
            return try source.read(Extent(offset: 0, length: source.byteCount))
        } catch {
            list.add(path, .unreadable, error.message)
            return nil
        }
    }

    private static func quoted(_ line: Substring?) -> String {
        line.map { "“\($0.prefix(200))”" } ?? "nothing"
    }
}

extension [Substring] {
    fileprivate func at(_ index: Int) -> Substring? { index < count ? self[index] : nil }
}
