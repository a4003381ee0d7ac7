import CLibAV
import TranscodeModel

/// Pictures of a reader, deinterlaced, tone-mapped and turned upright as the plan says.
struct TreatedReader: ~Copyable {
    private var reader: PictureReader
    private let treatment: PictureTreatment
    private let timeBase: Rational
    private let decoded: Frame
    private var graph: FilterGraph?
    /// The unit of the graph's times: some filters change it.
    private var filteredBase = AVRational(num: 1, den: 1)
    /// Of the pictures that the graph was built for.
    private var shape = PictureShape()
    /// Whether `decoded` waits until the old graph has given all it holds.
    private var holdsPicture = false
    private var isDraining = false
    private var hasEnded = false

    private init(
        _ reader: consuming PictureReader, _ treatment: PictureTreatment, _ timeBase: Rational,
        _ decoded: consuming Frame
    ) {
        self.reader = reader
        self.treatment = treatment
        self.timeBase = timeBase
        self.decoded = decoded
    }

    /// Times are in `timeBase`, the stream's own.
    static func open(
        _ reader: consuming PictureReader, treatment: PictureTreatment, timeBase: Rational
    ) throws(Failure) -> TreatedReader {
        let decoded = try Frame.allocate()
        return TreatedReader(reader, treatment, timeBase, decoded)
    }

    /// Fills `frame` with the next picture, its `pts` in the ticks of treated pictures. False at the end.
    mutating func next(into frame: borrowing Frame) throws(Failure) -> Bool {
        while true {
            if try receive(into: frame) { return true }
            if graph == nil, hasEnded { return false }
            if try feed(into: frame) { return true }
        }
    }

    /// Whether the graph had a picture; a graph that has ended is let go.
    private mutating func receive(into frame: borrowing Frame) throws(Failure) -> Bool {
        guard graph != nil else { return false }
        let output = try graph!.receive(into: frame)
        if output == .ready {
            frame.pointer.pointee.pts = TreatedReader.ticks(
                frame.pointer.pointee.pts, from: filteredBase, to: outputBase)
            return true
        }
        if output == .ended {
            graph = nil
            isDraining = false
        }
        return false
    }

    /// A time in another unit; one that is unknown stays so.
    static func ticks(_ time: Int64, from base: AVRational, to other: AVRational) -> Int64 {
        time == reelmill_no_pts ? time : av_rescale_q(time, base, other)
    }

    private var outputBase: AVRational {
        let base = treatment.timeBase(of: timeBase)
        return reelmill_rational(Int32(base.numerator), Int32(clamping: base.denominator))
    }

    /// Gives the graph the next picture, or fills `frame` with it at once, and says so, where there is nothing to filter.
    private mutating func feed(into frame: borrowing Frame) throws(Failure) -> Bool {
        if !holdsPicture {
            guard try reader.next(into: decoded) else {
                hasEnded = true
                if graph != nil, !isDraining { try drain() }
                return false
            }
            treatment.setAspect(of: decoded)
        }
        holdsPicture = false
        let next = PictureShape(decoded, treatment)
        if graph != nil, next != shape {
            // A change of size or format in mid-stream needs a graph of its own.
            holdsPicture = true
            try drain()
            return false
        }
        if next.filters.isEmpty {
            frame.clear()
            av_frame_move_ref(frame.pointer, decoded.pointer)
            return true
        }
        if graph == nil {
            let opened = try FilterGraph.open(next.filters, first: decoded, timeBase: timeBase)
            filteredBase = opened.outputTimeBase
            graph = consume opened
            shape = next
        }
        try graph!.send(decoded)
        return false
    }

    private mutating func drain() throws(Failure) {
        isDraining = true
        try graph!.sendEnd()
    }
}

/// What a filter graph is built for.
struct PictureShape: Equatable {
    var width: Int32 = 0
    var height: Int32 = 0
    var format: Int32 = -1
    var aspect: AspectTerms = AspectTerms()
    var filters = ""

    struct AspectTerms: Equatable {
        var numerator: Int32 = 1
        var denominator: Int32 = 1
    }

    init() {}
    init(_ frame: borrowing Frame, _ treatment: PictureTreatment) {
        let value = frame.pointer.pointee
        width = value.width
        height = value.height
        format = value.format
        aspect = AspectTerms(
            numerator: value.sample_aspect_ratio.num, denominator: value.sample_aspect_ratio.den)
        filters = FilterDescription(treatment, frame).text
    }
}

extension PictureTreatment {
    /// Gives a decoded picture the shape of samples that it is shown with: the container's, unless it says another than
    /// the stream did when that was indexed.
    func setAspect(of frame: borrowing Frame) {
        let own = frame.pointer.pointee.sample_aspect_ratio
        let isSaid = own.num > 0 && own.den > 0
        let aspect = isSaid ? Rational(coded: own) : codedAspect
        guard aspect == codedAspect else { return }
        frame.pointer.pointee.sample_aspect_ratio = reelmill_rational(
            Int32(clamping: sampleAspect.numerator), Int32(clamping: sampleAspect.denominator))
    }
}
