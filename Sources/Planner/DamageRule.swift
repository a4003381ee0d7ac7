import TranscodeModel

/// What of a source's damage a profile allows.
enum DamageRule {
    /// Fails under `strict` when anything is damaged, and whenever the pictures that are wanted are there but cannot be
    /// decoded: sound alone is not what was asked for.
    static func require(_ index: SourceIndex, _ profile: Profile) throws(Failure) {
        if profile.damage == .strict, let damage = index.damage.first {
            throw Failure(
                .permanent, .damaged,
                "\(damage.text) The profile says “damage: strict”: upload an undamaged file, or use "
                    + "“damage: salvage”.")
        }
        let wantsPictures = profile.video != nil || profile.images != nil
        guard wantsPictures, index.video.isEmpty,
            let stream = index.omitted.first(where: { $0.kind == "video" && $0.cause != .other })
        else { return }
        let place = "Stream \(stream.streamIndex) (\(stream.codec))"
        switch stream.cause {
        case .encrypted:
            throw Failure(
                .permanent, .encrypted,
                "\(place) has the source's pictures and is encrypted. Upload a file without protection."
            )
        case .noDecoder:
            throw Failure(
                .permanent, .unsupportedCodec,
                "\(place) has the source's pictures, in a codec that this build cannot decode. Convert "
                    + "it.")
        case .empty:
            throw Failure(
                .permanent, .noStreams,
                "\(place) is announced as the source's pictures, and there are none. Upload the whole "
                    + "file, or use the profile “audio” for its sound.")
        case .undecodable, .other, .data:
            throw Failure(
                .permanent, .undecodable,
                "\(place) has the source's pictures, and none of them can be decoded. Upload an "
                    + "undamaged file, or use the profile “audio” for its sound.")
        }
    }

    /// One sentence for each stream and kind of damage.
    static func warnings(_ damage: [Damage]) -> [String] { Damage.merged(damage).map(\.text) }
}
