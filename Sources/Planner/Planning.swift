public import TranscodeModel

/// Source index and profile in, plan out. Pure: no clock, no randomness, no I/O (I16).
public enum Planning {
    /// Fails permanently, with the reason, when the profile has nothing to make of the source.
    public static func plan(
        index: SourceIndex, source: Digest, profile: Profile
    ) throws(Failure) -> Plan {
        try IndexBounds.check(index)
        if let jump = index.warnings.first(where: { $0.hasPrefix("timestamp-jump:") }) {
            throw Failure(
                .permanent, .brokenTimestamps,
                "The source's clock jumps (\(jump.dropFirst(16))) Cut the recording there, or "
                    + "rewrite its timestamps.")
        }
        var warnings = index.warnings
        for stream in index.omitted where stream.reason != "not picture or sound" {
            warnings.append(
                "Stream \(stream.streamIndex) (\(stream.kind), \(stream.codec)) is left out: "
                    + "\(stream.reason).")
        }
        let track = index.video.max { $0.width * $0.height < $1.width * $1.height }
        try requireMatch(profile, index, track, &warnings)
        let picture = try track.map { track throws(Failure) in
            try PicturePlanning.plan(track, profile)
        }
        let wantsVideo = profile.video != nil
        var audio: [AudioRendition] = []
        if let settings = profile.audio {
            audio = SoundPlanning.renditions(
                index.audio, settings, picture: wantsVideo ? picture?.soundFrame : nil,
                segmentSeconds: profile.video?.segmentDurationSeconds ?? 6, warnings: &warnings)
        }
        return Plan(
            source: source, profile: profile, packaging: profile.packaging, video: picture?.video,
            audio: audio, images: picture?.images,
            units: UnitGraph.units(
                source: source, packaging: profile.packaging, video: picture?.video, track: track,
                audio: audio, images: picture?.images),
            warnings: warnings)
    }

    private static func requireMatch(
        _ profile: Profile, _ index: SourceIndex, _ track: VideoTrack?, _ warnings: inout [String]
    ) throws(Failure) {
        let hasSound = profile.audio != nil && SoundPlanning.hasUsable(index.audio)
        if profile.video != nil || profile.packaging == .images, track == nil {
            guard hasSound, profile.packaging != .images else {
                throw Failure(
                    .permanent, .profileMismatch,
                    "The source has no pictures, which the profile “\(profile.name)” needs. Use the "
                        + "profile “audio”.")
            }
            warnings.append("The source has no pictures: only sound is made.")
        }
        if profile.video == nil, profile.packaging != .images, !hasSound {
            throw Failure(
                .permanent, .profileMismatch,
                "The source has no sound, which the profile “\(profile.name)” needs. Use another "
                    + "profile, such as “web”.")
        }
    }

    /// For each unit, the predicted seconds from its start to the end of the job: the longest path
    /// through what depends on it.
    public static func criticalSeconds(_ units: [PlannedUnit]) -> [Double] {
        var after = [Double](repeating: 0, count: units.count)
        for unit in units.reversed() {
            let own = after[unit.position - 1] + unit.estimate.cpuSeconds
            for dependency in unit.dependencies {
                after[dependency - 1] = max(after[dependency - 1], own)
            }
        }
        return zip(units, after).map { $0.estimate.cpuSeconds + $1 }
    }
}
