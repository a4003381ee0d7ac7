import CLibAV
import TranscodeModel
import WorkerProtocol

/// The last picture at or before each of some times, by decoding on from a key frame.
struct ExactPictures {
    let source: Int32
    let plan: ImagePlan
    let timeBase: Rational
    let limits: WorkerLimits
    private let log: DamageLog

    init(source: Int32, plan: ImagePlan, timeBase: Rational, limits: WorkerLimits) {
        self.source = source
        self.plan = plan
        self.timeBase = timeBase
        self.limits = limits
        // A picture that is missing here is replaced by the one before it: other units tell of the damage.
        log = DamageLog(stream: plan.streamIndex, timeBase: timeBase, policy: .salvage)
    }

    /// Calls `body` with the picture of each wish, in order. A wish before all pictures gets the first.
    ///
    /// Where the key frame cannot be found or gives nothing, decodes from the start of the file.
    func find(
        _ wishes: [StillWish], from keyFrame: RandomAccessPoint?,
        _ body: (borrowing Frame, StillWish) throws(Failure) -> Void
    ) throws(Failure) {
        guard let first = wishes.first else { return }
        var pictures = try open(at: keyFrame, first: first)
        for wish in wishes {
            _ = try pictures.advance(to: wish.ticks + 1)
            try pictures.withPicture { picture throws(Failure) in try body(picture, wish) }
        }
    }

    private func open(
        at keyFrame: RandomAccessPoint?, first: StillWish
    ) throws(Failure) -> GridReader {
        for entryPoint in keyFrame == nil ? [nil] : [keyFrame, nil] {
            guard
                let reader = try PictureReader.open(
                    source: source, stream: plan.streamIndex, clock: plan.sourceClock,
                    entryPoint: entryPoint, limits: limits.streamsMaximum,
                    threads: limits.threads, log: log)
            else { continue }
            var pictures = try GridReader.open(
                TreatedReader.open(reader, treatment: plan.treatment, timeBase: timeBase))
            if try pictures.advance(to: first.ticks + 1) != .missing { return pictures }
            if entryPoint == nil, try pictures.borrowAhead() { return pictures }
        }
        throw Failure(
            .permanent, .undecodable,
            "Stream \(plan.streamIndex) of the source has no picture that can be decoded. "
                + "Upload an undamaged file.")
    }
}
