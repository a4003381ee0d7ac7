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

    /// Fills `frame` with the next picture, its `pts` in the stream's ticks. False at the end.
    mutating func next(into frame: borrowing Frame) throws(Failure) -> Bool {
        if treatment.isIdentity { return try reader.next(into: frame) }
        while true {
            if try receive(into: frame) { return true }
            if graph == nil, hasEnded { return false }
            try feed()
        }
    }

    /// Whether the graph had a picture; a graph that has ended is let go.
    private mutating func receive(into frame: borrowing Frame) throws(Failure) -> Bool {
        guard graph != nil else { return false }
        let output = try graph!.receive(into: frame)
        if output == .ready {
            let time = frame.pointer.pointee.pts
            frame.pointer.pointee.pts = av_rescale_q(time, filteredBase, base)
            return true
        }
        if output == .ended {
            graph = nil
            isDraining = false
        }
        return false
    }

    private var base: AVRational {
        reelmill_rational(Int32(timeBase.numerator), Int32(timeBase.denominator))
    }

    private mutating func feed() throws(Failure) {
        if !holdsPicture {
            guard try reader.next(into: decoded) else {
                hasEnded = true
                if graph != nil, !isDraining { try drain() }
                return
            }
        }
        holdsPicture = false
        let next = PictureShape(decoded)
        if graph != nil, next != shape {
            // A change of size or format in mid-stream needs a graph of its own.
            holdsPicture = true
            try drain()
            return
        }
        if graph == nil {
            let opened = try FilterGraph.open(treatment, first: decoded, timeBase: timeBase)
            filteredBase = opened.outputTimeBase
            graph = consume opened
            shape = next
        }
        try graph!.send(decoded)
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

    init() {}
    init(_ frame: borrowing Frame) {
        width = frame.pointer.pointee.width
        height = frame.pointer.pointee.height
        format = frame.pointer.pointee.format
    }
}
