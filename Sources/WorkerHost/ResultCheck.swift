import Foundation
import TranscodeModel
package import WorkerProtocol

/// Whether a result's numbers can be computed with. A worker that parsed an upload is not believed: a
/// hostile one must not be able to end the node with an overflow (I12).
package enum ResultCheck {
    private static let piecesMaximum = 10_000
    private static let fragmentsMaximum = 1_000_000
    private static let warningsMaximum = 50
    private static let stagesMaximum = 32
    /// Offsets and times: far above any real one, far below an overflow of their sums.
    private static let numberMaximum: Int64 = 1 << 50
    private static let samplesMaximum = 1 << 31

    /// What is wrong; nil when every number is in range.
    package static func fault(in result: WorkResult) -> String? {
        guard result.pieces.count <= piecesMaximum,
            result.pieces.reduce(0, { $0 + $1.fragments.count }) <= fragmentsMaximum
        else { return "a result of too many parts" }
        for piece in result.pieces {
            guard piece.name.utf8.count <= 200, !piece.name.contains("/"),
                piece.initialization.map(isUsable) ?? true,
                piece.primingSamples.map({ (0...1 << 20).contains($0) }) ?? true,
                piece.loudness.map(isUsable) ?? true, piece.buffer?.isInRange ?? true,
                piece.bufferProof == nil,
                piece.fragments.allSatisfy(isUsable)
            else { return "a result with numbers out of range" }
        }
        guard result.damage.allSatisfy(\.isInRange) else {
            return "a result with numbers out of range"
        }
        return nil
    }

    /// Within 1000 dB.
    private static func isUsable(_ loudness: LoudnessRecord) -> Bool {
        [
            loudness.integratedThousandths, loudness.truePeakThousandths ?? 0,
            loudness.gainThousandths,
        ].allSatisfy { (-1_000_000...1_000_000).contains($0) }
    }

    private static func isUsable(_ extent: Extent) -> Bool {
        (0...numberMaximum).contains(extent.offset) && (1...numberMaximum).contains(extent.length)
    }

    private static func isUsable(_ fragment: Fragment) -> Bool {
        isUsable(fragment.extent) && (0...numberMaximum).contains(fragment.decodeTime)
            && (0...numberMaximum).contains(fragment.duration)
            && (0...samplesMaximum).contains(fragment.samples)
    }

    /// Bounded and safe to print.
    package static func sanitised(_ result: WorkResult) -> WorkResult {
        var result = result
        result.warnings = result.warnings.prefix(warningsMaximum).map {
            WorkerEnding.printable($0, maximum: 500)
        }
        result.damage = Array(result.damage.prefix(Damage.entriesMaximum))
        let stages = result.stageCPUSeconds.filter { $0.value.isFinite && $0.value >= 0 }
            .sorted { $0.key < $1.key }.prefix(stagesMaximum)
        result.stageCPUSeconds = Dictionary(
            stages.map { (WorkerEnding.printable($0.key, maximum: 32), $0.value) },
            uniquingKeysWith: +)
        return result
    }
}
