/// Early play: what of a job can be played before it is finished.
///
/// The lowest renditions and the default sound become an EVENT playlist at the job's destination, chunk by chunk, as their
/// units are done. DASH, subtitles, key-frame playlists and the other renditions come with the finished output.
public enum EarlyPlay {
    /// What says, within an output that is played early, whose it is. Hidden, so that nobody serves it.
    public static let markerPath = ".reelmill-early.json"
}

extension Profile {
    /// Whether jobs of this profile are played early, where their source has pictures.
    public var playsEarly: Bool { publish?.early == true && packaging == .cmaf && video != nil }
}

extension VideoPlan {
    /// The renditions that are played early: the two lowest, but the largest only where it is the only one.
    public var earlyRenditions: [VideoRendition] {
        Array(renditions.suffix(min(2, max(1, renditions.count - 1))))
    }
}

extension Plan {
    /// The sound that is played early: the default track's, in stereo; nil where there is no sound.
    public var earlySound: AudioRendition? { Plan.earlySound(of: audio) }

    public static func earlySound(of audio: [AudioRendition]) -> AudioRendition? {
        let stereo = audio.filter { $0.surroundOf == nil }
        return stereo.first(where: \.isDefault) ?? stereo.first
    }

    /// The units that make a job playable, by position: those that stand before its first preview, and all previews.
    /// Empty where there is none.
    ///
    /// Of a backfill, the previews alone: its jobs are waited for by nobody, and go in the order of their age.
    public func urgentUnits(in jobClass: JobClass) -> Set<Int> {
        let previews = units.filter { $0.work.kind == .preview }
        var urgent = Set(previews.map(\.position))
        guard jobClass == .live, let first = previews.first else { return urgent }
        var left = first.dependencies
        while let position = left.popLast() {
            guard urgent.insert(position).inserted else { continue }
            left += units[position - 1].dependencies
        }
        return urgent
    }
}
