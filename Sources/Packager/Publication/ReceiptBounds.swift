import TranscodeModel

/// Whether a receipt's plan can be computed with. A receipt lies beside files that anybody may have changed.
enum ReceiptBounds {
    private static let side = 1...1 << 16

    static func holds(_ plan: Plan) -> Bool {
        (plan.video.map(isUsable) ?? true) && plan.audio.allSatisfy(isUsable)
            && (plan.images.map(isUsable) ?? true)
    }

    private static func isUsable(_ video: VideoPlan) -> Bool {
        let grid = video.grid
        return isUsable(grid.rate) && (1...1 << 31).contains(grid.frames)
            && (1...1 << 31).contains(grid.timescale)
            && (1...1 << 23).contains(grid.ticksPerFrame)
            && (1...1 << 20).contains(video.keyFrameInterval)
            && (video.keyFrameInterval...1 << 24).contains(video.segmentFrames)
            && (0...64).contains(video.reorderFrames) && !video.renditions.isEmpty
    }

    private static func isUsable(_ sound: AudioRendition) -> Bool {
        (1...1 << 20).contains(sound.sampleRate) && (0...1 << 42).contains(sound.samples)
            && isUsable(sound.segmentDuration)
    }

    private static func isUsable(_ images: ImagePlan) -> Bool {
        [
            images.columns, images.rows, images.thumbnailWidth, images.thumbnailHeight,
            images.posterWidth, images.posterHeight,
        ].allSatisfy(side.contains) && isUsable(images.interval)
    }

    private static func isUsable(_ value: Rational) -> Bool {
        value.isPositive && value.numerator < 1 << 26 && value.denominator < 1 << 21
    }
}
