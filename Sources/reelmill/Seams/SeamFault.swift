/// One thing that a seam, or what stands between seams, should not show.
struct SeamFault: Encodable, Hashable {
    enum Kind: String, Encodable, CaseIterable {
        /// The picture of a frame, or of several, is not shown.
        case dropped
        /// A picture is shown again in the place of another.
        case doubled
        case swapped
        /// A whole chunk shows its neighbours' times.
        case shifted
        /// The picture is that of no frame near it.
        case wrongPicture = "wrong-picture"
        /// Quality falls at a seam, or differs on its two sides without a reason in the source.
        case quality
        /// The colours or the brightness are not the source's.
        case color
        /// The sound is late or early from a boundary on.
        case soundShift = "sound-shift"
        /// Silence where the source has sound.
        case soundGap = "sound-gap"
        /// A click, or a stretch that is repeated, missing or of somewhere else.
        case soundBreak = "sound-break"
    }

    var kind: Kind
    /// The rendition's name.
    var rendition: String
    /// In seconds of the presentation.
    var startSeconds: Double
    /// First and last frame; nil for sound.
    var firstFrame: Int?
    var lastFrame: Int?
    var message: String
}
