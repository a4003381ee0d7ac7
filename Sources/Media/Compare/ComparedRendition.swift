import CLibAV
import TranscodeModel
import WorkerProtocol

/// One finished rendition beside the source's scaled pictures, a few frames of both at a time.
final class ComparedRendition {
    private let scaler: RenditionScaler
    private let rendition: VideoRendition
    private let frames: Int
    private var reader: PictureReader
    private let log: DamageLog
    private let finished: Frame
    private let sourcePlanes = EightBitPlanes()
    private let finishedPlanes = EightBitPlanes()
    private var scratch: [Int32]
    private let blocks: Int
    /// By frame, modulo `kept`.
    private var seen: [Seen]
    private static let kept = 2 * PictureMeasurement.reach + 1

    /// What is kept of one frame.
    private struct Seen {
        var source: [UInt16]
        var finished: [UInt16]
        var similarity: Float = 1
        var offsets: [Float] = [0, 0, 0]
    }

    init(
        _ scaler: RenditionScaler, _ plan: VideoPlan, track: Int32, limits: WorkerLimits
    ) throws(Failure) {
        self.scaler = scaler
        rendition = scaler.rendition
        frames = plan.grid.frames
        log = DamageLog(stream: 0, timeBase: plan.sourceTimeBase, policy: .salvage)
        // A track file has one stream, and a progressive file has its pictures first.
        reader = try PictureComparison.reader(track, stream: 0, limits, log)
        finished = try Frame.allocate()
        scratch = Array(repeating: 0, count: 8 * max(rendition.width / 4, 1))
        blocks = (rendition.width / 4) * (rendition.height / 4)
        let empty = Array(repeating: UInt16(0), count: blocks)
        seen = Array(
            repeating: Seen(source: empty, finished: empty), count: ComparedRendition.kept)
    }

    /// Reads the rendition's next picture, which is frame `number`, and compares it with the scaled one.
    func measure(frame number: Int) throws(Failure) {
        guard try reader.next(into: finished) else {
            throw fault(.wrongFrameCount, "has \(number) frames where the plan has \(frames)")
        }
        guard log.count == 0 else {
            throw fault(.outputInvalid, "cannot be decoded at frame \(number)")
        }
        guard Int(finished.pointer.pointee.width) == rendition.width,
            Int(finished.pointer.pointee.height) == rendition.height
        else { throw fault(.outputInvalid, "has a picture of another size at frame \(number)") }
        let slot = number % ComparedRendition.kept
        try scaler.withScaled { scaled throws(Failure) in
            for index in 0..<3 {
                let from = sourcePlanes.plane(index, of: scaled)
                let made = finishedPlanes.plane(index, of: finished)
                seen[slot].offsets[index] = Float(made.mean - from.mean)
                guard index == 0 else { continue }
                seen[slot].source.withUnsafeMutableBufferPointer { from.sumBlocks(into: $0) }
                seen[slot].finished.withUnsafeMutableBufferPointer { made.sumBlocks(into: $0) }
                seen[slot].similarity = similarity(from, made)
            }
        }
    }

    /// SSIM; a picture too small for one window counts as alike, and is judged by its errors alone.
    private func similarity(_ from: Plane, _ made: Plane) -> Float {
        guard from.width >= 8, from.height >= 8 else { return 1 }
        return Float(
            reelmill_ssim(
                from.start, from.stride, made.start, made.stride, Int32(from.width),
                Int32(from.height), &scratch))
    }

    /// Of a frame that was measured, as were those up to three after it.
    func measurement(ofFrame number: Int) -> PictureMeasurement {
        let own = seen[number % ComparedRendition.kept]
        let reach = PictureMeasurement.reach
        let errors = (-reach...reach).map { offset in
            source(number + offset).map { error($0, own.finished) } ?? -1
        }
        let steps = (1...reach).map { offset in
            source(number + offset).map { error($0, own.source) } ?? -1
        }
        return PictureMeasurement(
            errors: errors, steps: steps, similarity: own.similarity, offsets: own.offsets,
            variance: variance(own.source))
    }

    /// Fails when there are more pictures than planned.
    func requireEnd() throws(Failure) {
        if try reader.next(into: finished) {
            throw fault(.wrongFrameCount, "has more than the \(frames) frames of the plan")
        }
    }

    private func source(_ number: Int) -> [UInt16]? {
        (0..<frames).contains(number) ? seen[number % ComparedRendition.kept].source : nil
    }

    /// Per block, in squares of eight-bit steps.
    private func error(_ one: [UInt16], _ other: [UInt16]) -> Float {
        guard blocks > 0 else { return 0 }
        let sum = reelmill_squared_error(one, other, Int32(blocks))
        return Float(Double(sum) / 256 / Double(blocks))
    }

    private func variance(_ sums: [UInt16]) -> Float {
        guard blocks > 0 else { return 0 }
        let mean = sums.reduce(0) { $0 + Int($1) } / blocks
        return error(sums, Array(repeating: UInt16(mean), count: blocks))
    }

    private func fault(_ code: FailureCode, _ reason: String) -> Failure {
        Failure(
            .permanent, code,
            "Rendition \(rendition.name) \(reason). Transcode the source again.")
    }
}
