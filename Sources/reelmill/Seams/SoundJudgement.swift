import TranscodeModel
import WorkerProtocol

/// What is said of one track of sound.
struct SoundVerdict: Encodable {
    var rendition: String
    var seams: Int
    var middles: Int
    /// The largest lag after a seam, in milliseconds; nil where all is silence.
    var worstLagMilliseconds: Double?
    /// What of the source's energy is not in the output: the worst blocks near seams, and elsewhere all but one
    /// in a thousand are below it.
    var seamResidual: Double
    var middleResidual: Double
    var faults: [SeamFault]
}

/// Judges one track of sound from the numbers of a worker. Pure.
struct SoundJudgement {
    let rendition: AudioRendition
    let boundaries: SoundBoundaries
    let blocks: [SoundMeasurement]
    let lags: [LagMeasurement]

    /// Lags up to this are within what the measurement can tell.
    static let lagMilliseconds: Float = 1
    /// Lags of less likeness say nothing.
    static let correlationMinimum: Float = 0.5
    /// On either side of a seam, in blocks.
    static let reach = 12
    /// The least residual that is a fault, whatever is usual; and in multiples of what is usual.
    static let residualMinimum = 0.5
    static let residualFactor = 1.5
    /// Mean square of a block below which it is silence: −60 dB of full scale.
    static let silence = 1e-6

    func verdict() -> SoundVerdict {
        let residuals = self.residuals
        let near = boundaries.seams.map { seam in
            let block = block(at: seam)
            return max(
                block - SoundJudgement.reach, 0)..<min(
                    block + SoundJudgement.reach, residuals.count)
        }.filter { !$0.isEmpty }
        var isNear = Array(repeating: false, count: residuals.count)
        for span in near { for block in span { isNear[block] = true } }
        let elsewhere = residuals.indices.compactMap { isNear[$0] ? nil : residuals[$0] }
        let usual = Distribution.quantile(elsewhere, 0.999)
        let limit = max(SoundJudgement.residualMinimum, SoundJudgement.residualFactor * usual)
        let late = lagFaults()
        return SoundVerdict(
            rendition: rendition.name, seams: boundaries.seams.count,
            middles: boundaries.middles.count, worstLagMilliseconds: worstLag,
            seamResidual: near.flatMap { $0.compactMap { residuals[$0] } }.max() ?? 0,
            middleResidual: usual,
            faults: late + breaks(zip(boundaries.seams, near), residuals, limit))
    }

    private func block(at sample: Int) -> Int {
        sample * 1000 / rendition.sampleRate / SoundMeasurement.milliseconds
    }

    /// Loudness may be normalised: the output is compared with the source times its best gain.
    private var gain: Double {
        let energy = blocks.reduce(0) { $0 + Double($1.source) }
        guard energy > 0 else { return 1 }
        return blocks.reduce(0) { $0 + Double($1.product) } / energy
    }

    /// By block: the energy of the difference to the source, over the source's around it; nil in silence.
    private var residuals: [Double?] {
        let gain = gain
        let samples = Double(SoundMeasurement.milliseconds * 8 * rendition.channels)
        return blocks.indices.map { index in
            let around = max(index - 2, 0)..<min(index + 3, blocks.count)
            let level =
                around.reduce(0) { $0 + Double(blocks[$1].source) } * gain * gain
                / Double(around.count)
            let own = blocks[index]
            let rest =
                Double(own.output) - 2 * gain * Double(own.product)
                + gain * gain * Double(own.source)
            let floor = SoundJudgement.silence * samples
            // A noise where there is none in the source counts, too.
            guard level > floor || rest > floor else { return nil }
            return max(rest, 0) / max(level, floor)
        }
    }

    private var worstLag: Double? {
        let seams = Set(boundaries.seams)
        return zip(boundaries.windows, lags).filter {
            seams.contains($0) && $1.correlation >= SoundJudgement.correlationMinimum
        }.map { Double($1.milliseconds) }.max { abs($0) < abs($1) }
    }

    private func lagFaults() -> [SeamFault] {
        let seams = Set(boundaries.seams)
        var faults: [SeamFault] = []
        var last: Float = 0
        for (start, lag) in zip(boundaries.windows, lags)
        where lag.correlation >= SoundJudgement.correlationMinimum {
            let isOff = abs(lag.milliseconds) > SoundJudgement.lagMilliseconds
            // Said once, where it begins.
            if isOff, abs(lag.milliseconds - last) > SoundJudgement.lagMilliseconds {
                faults.append(
                    fault(
                        .soundShift, start,
                        "the sound is \(Quantity.decimal(Double(abs(lag.milliseconds)), 2)) ms "
                            + (lag.milliseconds > 0 ? "late" : "early")
                            + (seams.contains(start) ? " after the boundary" : " in mid-segment")))
            }
            last = isOff ? lag.milliseconds : 0
        }
        return faults
    }

    private func breaks(
        _ seams: some Sequence<(Int, Range<Int>)>, _ residuals: [Double?], _ limit: Double
    ) -> [SeamFault] {
        seams.compactMap { seam, span in
            let worst = span.max { (residuals[$0] ?? 0) < (residuals[$1] ?? 0) }
            guard let worst, let residual = residuals[worst], residual > limit else { return nil }
            let energies = span.filter { (residuals[$0] ?? 0) > limit }.map { blocks[$0] }
            let isGap = energies.contains {
                Double($0.output) < 0.05 * gain * gain * Double($0.source)
            }
            return fault(
                isGap ? .soundGap : .soundBreak, seam,
                (isGap ? "there is a gap" : "the sound is not the source's")
                    + " within \(SoundJudgement.reach * SoundMeasurement.milliseconds) ms of the "
                    + "boundary: a residual of \(Quantity.decimal(residual, 2)) against "
                    + "\(Quantity.decimal(limit, 2)) allowed")
        }
    }

    private func fault(_ kind: SeamFault.Kind, _ sample: Int, _ message: String) -> SeamFault {
        SeamFault(
            kind: kind, rendition: rendition.name,
            startSeconds: Double(sample) / Double(rendition.sampleRate), firstFrame: nil,
            lastFrame: nil, message: message)
    }
}
