import TranscodeModel

/// Gathers the cues of one track and puts them on the output's timeline.
struct TextCollection {
    private struct Found {
        /// In milliseconds from the output's start, not clipped. Nil for an end that the source does not say.
        var start: Int64
        var end: Int64?
        var payload: String
    }

    /// How long a cue is shown that does not say it and that no other follows.
    private static let shownMilliseconds: Int64 = 5000

    private let rendition: TextRendition
    private var found: [Found] = []
    private var bytes = 0
    private(set) var undecodable = 0
    private var untimed = 0
    private var excess = 0
    private var cut = 0

    init(_ rendition: TextRendition) { self.rendition = rendition }

    /// Whether no more cues are taken.
    var isFull: Bool {
        found.count >= TextBounds.cuesMaximum || bytes >= TextBounds.bytesMaximum
    }

    mutating func skip() { excess += 1 }

    /// `text` is nil where the packet could not be decoded; times are ticks of the source stream.
    mutating func add(_ text: CueText?, ticks: Int64?, duration: Int64) {
        guard let text else {
            undecodable += 1
            return
        }
        guard let (payload, isCut) = text.payload() else { return }
        guard let ticks, let start = milliseconds(ticks) else {
            untimed += 1
            return
        }
        var end: Int64?
        if duration > 0 {
            let (sum, overflow) = ticks.addingReportingOverflow(duration)
            end = overflow ? rendition.milliseconds : milliseconds(sum) ?? rendition.milliseconds
        }
        // A cue's times take 32 bytes.
        bytes += payload.utf8.count + 32
        guard bytes <= TextBounds.bytesMaximum else {
            excess += 1
            return
        }
        cut += isCut ? 1 : 0
        found.append(Found(start: start, end: end, payload: payload))
    }

    /// Nil for what is out of any range that a source may have.
    private func milliseconds(_ ticks: Int64) -> Int64? {
        guard ticks.magnitude < 1 << 53 else { return nil }
        let (base, origin) = (rendition.sourceTimeBase, rendition.origin)
        let below = Int128(base.denominator) * Int128(origin.denominator)
        let above =
            1000
            * (Int128(ticks) * Int128(base.numerator) * Int128(origin.denominator)
                - Int128(origin.numerator) * Int128(base.denominator))
        // Rounded to the nearest, halves up.
        let doubled = 2 * above + below
        var quotient = doubled / (2 * below)
        if doubled % (2 * below) < 0 { quotient -= 1 }
        return Int64(exactly: quotient)
    }

    /// In order, within the presentation, none twice. What would make the segments too large is left out.
    func cues() -> (cues: [TextCue], warnings: [String]) {
        let order = found.indices.sorted {
            (found[$0].start, $0) < (found[$1].start, $1)
        }
        var cues: [TextCue] = []
        var outside = 0
        for (place, number) in order.enumerated() {
            let cue = found[number]
            var end = cue.end ?? cue.start + TextCollection.shownMilliseconds
            if cue.end == nil {
                let next = order[(place + 1)...].first { found[$0].start > cue.start }
                if let next { end = min(end, found[next].start) }
            }
            let start = max(cue.start, 0)
            end = min(end, rendition.milliseconds)
            if start < end {
                cues.append(TextCue(start: start, end: end, payload: cue.payload))
            } else {
                outside += 1
            }
        }
        // The order of the file decides between cues of one time, as it does for players.
        cues = cues.enumerated().sorted {
            ($0.element.start, $0.element.end, $0.offset)
                < ($1.element.start, $1.element.end, $1.offset)
        }.map(\.element)
        let (kept, left) = fitting(cues)
        return (kept, warnings(outside: outside, excess: excess + left))
    }

    private func fitting(_ cues: [TextCue]) -> (kept: [TextCue], left: Int) {
        var kept: [TextCue] = []
        var left = 0
        var segmentBytes = 0
        for cue in cues {
            // Layers of one script often say the same thing at the same time.
            var place = kept.count - 1
            var isTwice = false
            while place >= 0, !isTwice, kept[place].start == cue.start, kept[place].end == cue.end,
                kept.count - place < 32
            {
                isTwice = kept[place].payload == cue.payload
                place -= 1
            }
            if isTwice { continue }
            let cost = (cue.payload.utf8.count + 32) * rendition.segments(of: cue).count
            guard segmentBytes + cost <= TextBounds.segmentBytesMaximum else {
                left += 1
                continue
            }
            segmentBytes += cost
            kept.append(cue)
        }
        return (kept, left)
    }

    private func warnings(outside: Int, excess: Int) -> [String] {
        let counts: [(Int, String)] = [
            (undecodable, "cannot be decoded"), (untimed, "have no usable time"),
            (outside, "are outside the presentation"), (excess, "are more than is allowed"),
            (cut, "are longer than is allowed and were cut"),
        ]
        return counts.filter { $0.0 > 0 }.map { count, reason in
            "\(rendition.name): \(count) cues of stream \(rendition.streamIndex) \(reason)."
        }
    }
}
