import TranscodeModel

/// Whether a receipt can be computed with. It lies beside files that anybody may have changed.
enum ReceiptBounds {
    private static let side = 1...1 << 16
    private static let ticksMaximum: Int64 = 1 << 54
    private static let segmentsMaximum = 1 << 22
    /// In seconds: 48 days.
    private static let durationMaximum = Rational(1 << 22)
    /// Sheets of thumbnails are the only files of which there may be many. All their bytes together fit 64 bits.
    static let filesMaximum = 1 << 18
    private static let fileBytesMaximum: Int64 = 1 << 44

    static func holds(_ receipt: Receipt) -> Bool {
        holds(receipt.plan) && receipt.files.count <= filesMaximum
            && receipt.files.allSatisfy { (0...fileBytesMaximum).contains($0.bytes) }
            && (receipt.buffers ?? [:]).values.allSatisfy(\.isInRange)
    }

    private static func holds(_ plan: Plan) -> Bool {
        (plan.video.map(isUsable) ?? true) && plan.audio.allSatisfy(isUsable)
            && (plan.images.map(isUsable) ?? true) && plan.text.allSatisfy(isUsable)
            && plan.chapters.count <= TextBounds.chaptersMaximum
            && plan.chapters.allSatisfy(\.isInRange)
    }

    private static func isUsable(_ video: VideoPlan) -> Bool {
        let grid = video.grid
        return isUsable(grid.rate) && isOrigin(grid.origin)
            && (1...1 << 31).contains(grid.timescale)
            && (1...1 << 31).contains(grid.ticksPerFrame)
            && (grid.cadence.map { isUsable($0, grid) } ?? isUsable(constant: grid))
            && isLength(grid.duration)
            && (1...1 << 24).contains(video.keyFrameInterval)
            && (video.keyFrameInterval...1 << 28).contains(video.segmentFrames)
            && isLead(video)
            && isUsable(video.timing.segmentSpans)
            && (0...64).contains(video.reorderFrames) && !video.renditions.isEmpty
            && (video.picture.map { side.contains($0.width) && side.contains($0.height) } ?? true)
            && video.chunks.count <= grid.frames
            && video.chunks.allSatisfy {
                $0.frames.lowerBound >= 0 && $0.frames.upperBound <= grid.frames
            }
    }

    /// A cadence has its own, in ticks, and has checked it.
    private static func isLead(_ video: VideoPlan) -> Bool {
        guard let lead = video.leadFrames else { return true }
        return video.grid.cadence == nil && lead > 0 && lead < video.segmentFrames
            && lead % video.keyFrameInterval == 0
    }

    private static func isUsable(constant grid: FrameGrid) -> Bool {
        Int64(grid.frames) * Int64(grid.ticksPerFrame) <= ticksMaximum
    }

    /// A part of a cadence has other numbers than the whole.
    private static func isUsable(_ cadence: FrameCadence, _ grid: FrameGrid) -> Bool {
        cadence.firstFrame == 0 && cadence.firstGroup == 0 && cadence.starts.count == grid.frames
            && cadence.end <= ticksMaximum && cadence.segmentTicks <= ticksMaximum
    }

    private static func isUsable(_ sound: AudioRendition) -> Bool {
        (1...1 << 20).contains(sound.sampleRate) && (0...1 << 42).contains(sound.samples)
            && sound.duration <= durationMaximum && isOrigin(sound.origin)
            && isUsable(sound.segments)
            && sound.segments.count(before: sound.duration) <= segmentsMaximum
    }

    private static func isUsable(_ images: ImagePlan) -> Bool {
        [
            images.columns, images.rows, images.thumbnailWidth, images.thumbnailHeight,
            images.posterWidth, images.posterHeight,
        ].allSatisfy(side.contains) && isUsable(images.interval)
    }

    private static func isUsable(_ text: TextRendition) -> Bool {
        isLength(text.duration) && isUsable(text.segments) && isOrigin(text.origin)
            && text.segmentCount <= segmentsMaximum
    }

    /// How long a presentation may be, in a unit that sums of times can carry.
    private static func isLength(_ value: Rational) -> Bool {
        value.isPositive && value.numerator < 1 << 47 && value.denominator < 1 << 26
            && value <= durationMaximum
    }

    private static func isOrigin(_ value: Rational) -> Bool {
        value.numerator.magnitude < 1 << 62 && value.denominator < 1 << 40
    }

    private static func isUsable(_ segments: SegmentSpans) -> Bool {
        isUsable(segments.duration)
            && (segments.lead.map { isUsable($0) && $0 < segments.duration } ?? true)
    }

    private static func isUsable(_ value: Rational) -> Bool {
        value.isPositive && value.numerator < 1 << 26 && value.denominator < 1 << 21
    }
}
