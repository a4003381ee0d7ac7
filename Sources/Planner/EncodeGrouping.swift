import TranscodeModel

/// Which renditions an encode unit makes in one decode (media rule 4): all of them, which saves decoding,
/// unless the job has so few chunks that cores would stand idle.
struct EncodeGrouping {
    let video: VideoPlan
    let track: VideoTrack

    /// A job of this many chunks keeps a machine busy without splitting rungs.
    private static let chunksEnough = 4
    /// Less work is not worth a second decode and a second process.
    private static let secondsMinimum = 1.0

    /// One group, or two of like cost: the upper rungs and the lower ones. None of nothing.
    func groups(of all: [VideoRendition]) -> [[VideoRendition]] {
        guard !all.isEmpty else { return [] }
        guard all.count > 1, video.chunks.count < EncodeGrouping.chunksEnough,
            let longest = video.chunks.max(by: { $0.frames.count < $1.frames.count })
        else { return [all] }
        func seconds(_ group: some Sequence<VideoRendition>) -> Double {
            CostModel.encode(longest, Array(group), video.grid, track).cpuSeconds
        }
        guard seconds(all) >= 2 * EncodeGrouping.secondsMinimum else { return [all] }
        let cut = (1..<all.count).min { left, right in
            max(seconds(all[..<left]), seconds(all[left...]))
                < max(seconds(all[..<right]), seconds(all[right...]))
        }
        guard let cut else { return [all] }
        return [Array(all[..<cut]), Array(all[cut...])]
    }
}
