import CLibAV
import TranscodeModel

/// The picture that each frame of the grid shows (media rules 1 and 2).
///
/// Frame n shows the last picture before its deadline: what comes before a chunk is dropped by its
/// time, a gap repeats the picture before it, and the last picture holds to the end.
struct GridReader: ~Copyable {
    enum Slot { case fresh, repeated, missing }

    private var reader: TreatedReader
    private let current: Frame
    private let ahead: Frame
    private var hasCurrent = false
    private var hasAhead = false
    private var hasEnded = false
    private(set) var picturesRead = 0

    private init(
        _ reader: consuming TreatedReader, _ current: consuming Frame, _ ahead: consuming Frame
    ) {
        self.reader = reader
        self.current = current
        self.ahead = ahead
    }

    static func open(_ reader: consuming TreatedReader) throws(Failure) -> GridReader {
        let current = try Frame.allocate()
        let ahead = try Frame.allocate()
        return GridReader(reader, current, ahead)
    }

    /// Moves to the picture of the frame with that deadline; deadlines must ascend.
    ///
    /// `.missing` when no picture is before the deadline; `borrowAhead` then shows the first there is.
    mutating func advance(to deadlineTicks: Int64) throws(Failure) -> Slot {
        var isFresh = false
        while true {
            if !hasAhead, !hasEnded {
                hasAhead = try readAhead()
                hasEnded = !hasAhead
            }
            guard hasAhead, ahead.pointer.pointee.pts < deadlineTicks else { break }
            current.clear()
            av_frame_move_ref(current.pointer, ahead.pointer)
            hasAhead = false
            hasCurrent = true
            isFresh = true
        }
        guard hasCurrent else { return .missing }
        return isFresh ? .fresh : .repeated
    }

    /// Takes the first picture for a frame before it; false when there is none at all.
    mutating func borrowAhead() throws(Failure) -> Bool {
        guard hasAhead else { return false }
        current.clear()
        try requireSuccess(av_frame_ref(current.pointer, ahead.pointer), "Holding a picture")
        hasCurrent = true
        return true
    }

    /// Calls `body` with the picture of the frame moved to.
    func withPicture<Result>(_ body: (borrowing Frame) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        try body(current)
    }

    /// The next picture that has a time; one without is damage.
    private mutating func readAhead() throws(Failure) -> Bool {
        while try reader.next(into: ahead) {
            guard ahead.pointer.pointee.pts != reelmill_no_pts else { continue }
            picturesRead += 1
            return true
        }
        return false
    }
}
