public import TranscodeModel

/// All text files of an output, as a pure function of plan and tracks.
public enum Manifests {
    /// By path relative to the output directory, in the order in which they are written.
    public static func files(_ presentation: Presentation) -> [(path: String, text: String)] {
        let plan = presentation.plan
        var files: [(path: String, text: String)] = []
        if plan.packaging == .cmaf {
            files.append(("master.m3u8", MasterPlaylist.text(presentation)))
            files.append(("manifest.mpd", DASHManifest.text(presentation)))
            for presented in presentation.video {
                files.append((presented.playlistPath, MediaPlaylist.text(presented)))
                files.append(
                    (presented.keyFramePlaylistPath, MediaPlaylist.keyFrameText(presented)))
            }
            for presented in presentation.audio {
                files.append((presented.playlistPath, MediaPlaylist.text(presented)))
            }
        }
        if plan.packaging == .cmaf {
            for presented in presentation.text {
                files.append((presented.playlistPath, presented.playlist))
                files.append((presented.segmentsPath, presented.segmentsText))
            }
            files += ChapterFiles.files(plan.chapters)
        }
        if let thumbnails = thumbnails(plan) { files.append(thumbnails) }
        return files
    }

    /// The thumbnails' WebVTT, which needs no track.
    public static func thumbnails(_ plan: Plan) -> (path: String, text: String)? {
        guard let images = plan.images, !images.isCoverArt else { return nil }
        let covered = Rational(Int64(images.thumbnailTimes.count)) * images.interval
        // Without pictures that move, the last thumbnail stands for a whole interval.
        let duration = plan.video == nil ? covered : plan.duration
        return (
            "images/thumbnails.vtt", ThumbnailTrack.text(images, duration: duration)
        )
    }
}
