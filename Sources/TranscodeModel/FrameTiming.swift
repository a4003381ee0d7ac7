/// When the frames of a plan are decoded and shown, and how they are grouped: the one place that knows
/// whether they last equally long.
///
/// Decode times follow one rule in all renditions and chunks. A group of pictures is closed, and its
/// first frame is decoded when it is shown, before the shift: so a fragment's decode time is its
/// presentation time, its samples last exactly as long as it is shown, and fragments are final at birth.
/// Inside the group, with frames shown from times P on, a shift of R nominal frames for a reordering of
/// R, the n-th sample in decoding order is decoded at the earlier of Pₙ and, from the R-th on,
/// Pₙ₋ᵣ + shift; before that, n nominal frames after the group's start. Such times ascend strictly, since
/// both do of which they are the earlier; and no frame is shown before it is decoded, since an encoder
/// that holds back R frames decodes no frame in place n that is due before place n − R. At a constant
/// rate it is Pₙ throughout.
public struct FrameTiming: Hashable, Sendable {
    public let grid: FrameGrid
    public let keyFrameInterval: Int
    public let segmentFrames: Int
    /// Of the first segment, where it is shorter than others; nil with a cadence, which has it in ticks.
    public let leadFrames: Int?
    public let reorderFrames: Int

    public init(
        grid: FrameGrid, keyFrameInterval: Int, segmentFrames: Int, leadFrames: Int? = nil,
        reorderFrames: Int
    ) {
        self.grid = grid
        self.keyFrameInterval = keyFrameInterval
        self.segmentFrames = segmentFrames
        self.leadFrames = leadFrames
        self.reorderFrames = reorderFrames
    }

    /// By how many ticks the presentation lags behind decoding, which each track's edit list undoes.
    public var shift: Int64 { Int64(reorderFrames) * Int64(grid.ticksPerFrame) }

    /// Where segments start: the one rule for pictures, sound and text.
    public var segments: SegmentTicks {
        guard let cadence = grid.cadence else {
            let ticks = Int64(grid.ticksPerFrame)
            return SegmentTicks(
                length: Int64(segmentFrames) * ticks, lead: leadFrames.map { Int64($0) * ticks })
        }
        return SegmentTicks(length: cadence.segmentTicks, lead: cadence.leadTicks)
    }

    /// The same in seconds.
    public var segmentSpans: SegmentSpans {
        let scale = Int64(grid.timescale)
        return SegmentSpans(
            duration: Rational(segments.length, scale),
            lead: segments.lead.map { Rational($0, scale) })
    }

    /// The unit of the times that encoders see: a frame, or a tick where frames differ in length.
    public var encoderTimeBase: Rational {
        grid.cadence == nil ? grid.rate.inverse : Rational(1, Int64(grid.timescale))
    }

    /// The time that an encoder is given with a frame, in `encoderTimeBase`: a frame's number, or its ticks. `frame` must be
    /// one of the grid's.
    public func encoderTime(of frame: Int) -> Int64 {
        grid.cadence?.ticks(of: frame) ?? Int64(frame)
    }

    /// The frame that an encoder was given with a time; nil when none was.
    public func frame(atEncoderTime time: Int64) -> Int? {
        guard let cadence = grid.cadence else { return Int(time) }
        return cadence.frame(at: time)
    }

    /// How many groups come before a frame that starts one.
    public func groups(before frame: Int) -> Int {
        guard let cadence = grid.cadence else { return frame / keyFrameInterval }
        return cadence.groups(before: frame)
    }

    /// The groups of pictures in some frames, the first of which starts one.
    public func groups(in frames: Range<Int>) -> [Range<Int>] {
        guard let cadence = grid.cadence else {
            return stride(from: frames.lowerBound, to: frames.upperBound, by: keyFrameInterval).map
            {
                $0..<min($0 + keyFrameInterval, frames.upperBound)
            }
        }
        let known = frames.clamped(to: cadence.frames)
        let starts = cadence.groupStarts.filter { known.contains($0) }
        return zip(starts, starts.dropFirst() + [known.upperBound]).map { $0..<$1 }
    }

    /// When the sample in place `position` of a group is decoded; for the place after the last, when the
    /// next group's first is.
    public func decodeTicks(_ position: Int, in group: Range<Int>) -> Int64 {
        let own = grid.ticks(of: position)
        guard grid.cadence != nil, reorderFrames > 0, position < group.upperBound else {
            return own
        }
        let held = position - group.lowerBound
        let earliest =
            held < reorderFrames
            ? grid.ticks(of: group.lowerBound) + Int64(held) * Int64(grid.ticksPerFrame)
            : grid.ticks(of: position - reorderFrames) + shift
        return min(own, earliest)
    }
}

extension VideoPlan {
    /// When the plan's frames are decoded and shown.
    public var timing: FrameTiming {
        FrameTiming(
            grid: grid, keyFrameInterval: keyFrameInterval, segmentFrames: segmentFrames,
            leadFrames: leadFrames, reorderFrames: reorderFrames)
    }

    /// The times of one chunk's frames alone, as its unit gets them.
    public func grid(of chunk: Chunk) -> FrameGrid { grid.part(chunk.frames) }
}
