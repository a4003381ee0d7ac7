/// The frames of a film that keeps its source's times: when each starts, in ticks of the delivered tracks.
///
/// Whatever the source does, a frame starts at every segment boundary, so that segments align across
/// renditions and no frame outlasts one; so one does at the end of a short first segment. A part of a cadence, for one
/// chunk, keeps the film's numbers.
public struct FrameCadence: Hashable, Sendable {
    /// The number of the first frame here, and how many groups of pictures come before it.
    public let firstFrame: Int
    public let firstGroup: Int
    /// Strictly ascending, from a segment boundary on.
    public let starts: [Int64]
    /// Where the last frame ends.
    public let end: Int64
    /// The first frame in each such span of time is a key frame; a segment is a multiple of it.
    public let keyFrameTicks: Int64
    public let segmentTicks: Int64
    /// Where the first segment ends, if it is shorter than others: a multiple of the key-frame interval.
    public let leadTicks: Int64?
    /// The frames that are the first at or after a multiple of the key-frame interval.
    public let groupStarts: [Int]

    /// More frames than any plan may have.
    static let countMaximum = 1 << 24

    /// Nil unless the numbers are a cadence: ascending, with a frame at every segment boundary.
    public init?(
        firstFrame: Int = 0, firstGroup: Int = 0, starts: [Int64], end: Int64,
        keyFrameTicks: Int64, segmentTicks: Int64, leadTicks: Int64? = nil
    ) {
        guard let first = starts.first, let last = starts.last, end > last,
            (0...FrameCadence.countMaximum).contains(firstFrame),
            (0...FrameCadence.countMaximum).contains(firstGroup), keyFrameTicks > 0,
            segmentTicks > 0,
            segmentTicks % keyFrameTicks == 0, first >= 0,
            first % segmentTicks == 0 || first == leadTicks,
            firstFrame > 0 || first == 0, starts.count <= FrameCadence.countMaximum,
            leadTicks.map({ $0 > 0 && $0 < segmentTicks && $0 % keyFrameTicks == 0 }) ?? true
        else { return nil }
        let lead = leadTicks ?? 0
        for (start, next) in zip(starts, starts.dropFirst() + [end]) {
            let boundary = (start / segmentTicks).addingReportingOverflow(1)
            let (due, overflow) = boundary.partialValue.multipliedReportingOverflow(
                by: segmentTicks)
            guard start < next, overflow || next <= due, start >= lead || next <= lead else {
                return nil
            }
        }
        self.firstFrame = firstFrame
        self.firstGroup = firstGroup
        self.starts = starts
        self.end = end
        self.keyFrameTicks = keyFrameTicks
        self.segmentTicks = segmentTicks
        self.leadTicks = leadTicks
        groupStarts = starts.indices.filter {
            $0 == 0 || starts[$0] / keyFrameTicks != starts[$0 - 1] / keyFrameTicks
        }.map { firstFrame + $0 }
    }

    /// The numbers of the frames here.
    public var frames: Range<Int> { firstFrame..<firstFrame + starts.count }

    /// When a frame starts; for the number after the last, where that one ends.
    public func ticks(of frame: Int) -> Int64 {
        frame == frames.upperBound ? end : starts[frame - firstFrame]
    }

    /// The frame that starts at a time, if any does.
    public func frame(at ticks: Int64) -> Int? {
        let index = starts.partitioningIndex { $0 >= ticks }
        return index < starts.count && starts[index] == ticks ? firstFrame + index : nil
    }

    /// The first frame that starts at or after a time; the number after the last when none does.
    public func firstFrame(from ticks: Int64) -> Int {
        firstFrame + starts.partitioningIndex { $0 >= ticks }
    }

    /// How many groups of the whole film start before a frame.
    public func groups(before frame: Int) -> Int {
        firstGroup + groupStarts.partitioningIndex { $0 >= frame }
    }

    /// What concerns some frames alone; their first must start a segment.
    public func part(_ range: Range<Int>) -> FrameCadence {
        guard
            let part = FrameCadence(
                firstFrame: range.lowerBound, firstGroup: groups(before: range.lowerBound),
                starts: Array(
                    starts[range.lowerBound - firstFrame..<range.upperBound - firstFrame]),
                end: ticks(of: range.upperBound), keyFrameTicks: keyFrameTicks,
                segmentTicks: segmentTicks, leadTicks: leadTicks)
        else { preconditionFailure("frames \(range) are no part of a cadence") }
        return part
    }
}

extension Array where Element: Comparable {
    /// In an ascending list, the index of the first element that meets the condition.
    fileprivate func partitioningIndex(where meets: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if meets(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension FrameCadence: Codable {
    private enum CodingKeys: String, CodingKey {
        case firstFrame, firstGroup, firstTicks, durations, keyFrameTicks, segmentTicks, leadTicks
    }

    /// `durations` is one text, such as `3000*12,3003,2997*4`: plans are kept and printed.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(firstFrame, forKey: .firstFrame)
        try container.encode(firstGroup, forKey: .firstGroup)
        try container.encode(starts[0], forKey: .firstTicks)
        let runs = TickRuns(starts + [end]).runs
        try container.encode(
            runs.map { $0.count == 1 ? "\($0.step)" : "\($0.step)*\($0.count)" }
                .joined(separator: ","), forKey: .durations)
        try container.encode(keyFrameTicks, forKey: .keyFrameTicks)
        try container.encode(segmentTicks, forKey: .segmentTicks)
        try container.encodeIfPresent(leadTicks, forKey: .leadTicks)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .durations)
        var times = [try container.decode(Int64.self, forKey: .firstTicks)]
        func corrupt(_ what: String) -> DecodingError {
            .dataCorruptedError(
                forKey: .durations, in: container, debugDescription: "not a cadence: \(what)")
        }
        for run in text.split(separator: ",") {
            let parts = run.split(separator: "*")
            guard parts.count <= 2, let step = parts.first.flatMap({ Int64($0) }),
                let count = parts.count == 2 ? Int(parts[1]) : 1, step > 0, count > 0,
                count <= FrameCadence.countMaximum - times.count
            else { throw corrupt(String(run)) }
            for _ in 0..<count {
                let (next, overflow) = times[times.count - 1].addingReportingOverflow(step)
                guard !overflow else { throw corrupt(String(run)) }
                times.append(next)
            }
        }
        guard
            let cadence = FrameCadence(
                firstFrame: try container.decode(Int.self, forKey: .firstFrame),
                firstGroup: try container.decode(Int.self, forKey: .firstGroup),
                starts: Array(times.dropLast()), end: times[times.count - 1],
                keyFrameTicks: try container.decode(Int64.self, forKey: .keyFrameTicks),
                segmentTicks: try container.decode(Int64.self, forKey: .segmentTicks),
                leadTicks: try container.decodeIfPresent(Int64.self, forKey: .leadTicks))
        else { throw corrupt("a segment boundary has no frame, or times do not ascend") }
        self = cadence
    }
}
