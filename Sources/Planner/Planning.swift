public import TranscodeModel

/// Source index and profile in, plan out. Pure: no clock, no randomness, no I/O (I16).
public enum Planning {
    /// Fails permanently, with the reason, when the profile has nothing to make of the source.
    ///
    /// - Parameters:
    ///   - earlier: what is made already of the source. It may change the cut into units, and no output.
    ///   - context: changes how units are grouped and what they are estimated at, and nothing else.
    public static func plan(
        index: SourceIndex, source: Digest, profile: Profile, earlier: EarlierWork = EarlierWork(),
        context: PlanningContext = PlanningContext()
    ) throws(Failure) -> Plan {
        try IndexBounds.check(index)
        try DamageRule.require(index, profile)
        var warnings = index.warnings + DamageRule.warnings(index.damage)
        let cover = index.video.isEmpty && profile.images != nil ? index.coverArt.first : nil
        warnings += index.omitted.filter {
            $0.cause != .data && $0.streamIndex != cover?.streamIndex
        }.map {
            "Stream \($0.streamIndex) (\($0.kind), \($0.codec)) is left out: \($0.reason)."
        }
        // Phones write several of them into each clip: one sentence for all.
        let data = index.omitted.filter { $0.cause == .data }.map { String($0.streamIndex) }
        if !data.isEmpty {
            warnings.append(
                "\(data.count == 1 ? "Stream" : "Streams") \(data.joined(separator: ", ")): data or "
                    + "attachments, which are left out.")
        }
        let track = index.video.max { $0.width * $0.height < $1.width * $1.height }
        for other in index.video where other.streamIndex != track?.streamIndex {
            warnings.append(
                "Stream \(other.streamIndex) (video, \(other.codec)) is left out: the pictures of stream "
                    + "\(track?.streamIndex ?? 0) are larger, or come first.")
        }
        let index = ofOneProgram(index, track, &warnings)
        try requireMatch(profile, index, track, &warnings)
        let sound = profile.audio.flatMap { SoundSpan(SoundPlanning.kept(index.audio, $0)) }
        let picture = try track.map { track throws(Failure) in
            try PicturePlanning.plan(track, profile, sound: profile.video == nil ? nil : sound)
                .passedThrough(track, profile, index.damage, &warnings)
        }
        if let track, track.color.isHighDynamicRange, profile.video?.codec == .h264,
            profile.video?.dynamicRange == .source
        {
            warnings.append(
                "The source is in high dynamic range, which h264 does not keep here: it is tone-mapped. Use "
                    + "hevc or av1 to keep it.")
        }
        let wantsVideo = profile.video != nil
        var audio: [AudioRendition] = []
        if let settings = profile.audio {
            audio = SoundPlanning.renditions(
                index.audio, settings, picture: wantsVideo ? picture?.soundFrame : nil,
                segmentSeconds: profile.video?.segmentDurationSeconds ?? 6,
                damage: index.damage, warnings: &warnings)
        }
        var images = picture?.images
        if let cover, let settings = profile.images {
            images = TextPlanning.cover(cover, settings)
        }
        var text: [TextRendition] = []
        var chapters: [Chapter] = []
        if let frame = TextPlanning.frame(picture?.video, audio), profile.packaging != .images {
            text =
                profile.text.map {
                    TextPlanning.renditions(index.text, $0, frame, &warnings)
                } ?? []
            chapters = TextPlanning.chapters(index.chapters, frame)
        }
        if profile.text == nil, profile.packaging != .images {
            warnings += index.text.map {
                "Text stream \($0.streamIndex) is left out: the profile takes no text."
            }
        }
        let graph = UnitGraph.graph(
            source: source, packaging: profile.packaging, video: picture?.video, track: track,
            audio: audio, images: images, text: text, chapters: chapters, damage: profile.damage,
            playsEarly: profile.playsEarly, earlier: earlier,
            context: context)
        var plan = Plan(
            source: source, profile: profile, packaging: profile.packaging, video: picture?.video,
            audio: audio, images: images, units: graph.units, warnings: warnings,
            damage: index.damage)
        plan.video?.taken = graph.taken.isEmpty ? nil : graph.taken
        plan.unitsMade = graph.unitsMade > 0 ? graph.unitsMade : nil
        plan.costs = graph.costs
        plan.text = text
        plan.chapters = chapters
        return plan
    }

    /// Of a broadcast multiplex, the sound of the programme whose pictures are taken.
    private static func ofOneProgram(
        _ index: SourceIndex, _ track: VideoTrack?, _ warnings: inout [String]
    ) -> SourceIndex {
        guard let program = track?.program,
            Set(index.video.compactMap(\.program)).count > 1
        else { return index }
        var index = index
        let others = index.audio.count { !$0.programs.contains(program) }
        index.audio.removeAll { !$0.programs.contains(program) }
        let sound = others == 1 ? "1 stream" : "\(others) streams"
        warnings.append(
            "The source holds several programmes: \(program) is taken"
                + (others > 0 ? ", and the sound of others (\(sound)) is left out." : "."))
        return index
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
    ///
    /// A unit's own part is rounded to one of a few lengths, so that units of nearly the same length stay in the order of
    /// the film: predictions are not so exact that more would be gained by another.
    public static func criticalSeconds(_ units: [PlannedUnit]) -> [Double] {
        var after = [Double](repeating: 0, count: units.count)
        for unit in units.reversed() {
            let own = after[unit.position - 1] + unit.estimate.cpuSeconds
            for dependency in unit.dependencies {
                after[dependency - 1] = max(after[dependency - 1], own)
            }
        }
        return EarlyRule.inOrder(
            units, zip(units, after).map { UnitLength.rounded($0.estimate.cpuSeconds) + $1 })
    }
}
