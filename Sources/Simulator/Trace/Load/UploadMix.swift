/// What is uploaded, and by whom.
///
/// Lengths have the log-normal body and the heavy tail that random samples of large video sites show: half of all clips
/// last less than a minute, and yet most of the hours are in the few long ones. Their parameters, and the mix of sizes,
/// are assumptions; the report does not depend on them alone, since it can be run with others' mixes changed here.
struct UploadMix {
    struct Size: Hashable {
        var width: Int
        var height: Int
        /// Of all uploads.
        var share: Double
    }

    static let sizes = [
        Size(width: 1920, height: 1080, share: 0.45), Size(width: 1280, height: 720, share: 0.35),
        Size(width: 640, height: 360, share: 0.15), Size(width: 3840, height: 2160, share: 0.05),
    ]
    static let medianSeconds = 50.0
    static let bodySigma = 1.2
    /// Of all uploads, with a Pareto distribution from there on.
    static let tailShare = 0.06
    static let tailSeconds = 600.0
    static let tailExponent = 1.1
    static let secondsRange = 2.0...10_800.0
    static let tenants = 500
    /// The n-th tenant has 1/n^s as many uploads as the first (Zipf).
    static let tenantExponent = 1.0
    /// Of all uploads: those that nothing can be made of, as their probe finds.
    static let unusableShare = 0.01

    private let tenantSums: [Double]

    init() {
        var sum = 0.0
        tenantSums = (1...UploadMix.tenants).map { rank in
            sum += exponential(-UploadMix.tenantExponent * logarithm(Double(rank)))
            return sum
        }
    }

    func tenant(_ chance: inout Chance) -> Int {
        let part = chance.fraction() * (tenantSums.last ?? 1)
        return tenantSums.firstIndex { $0 > part } ?? 0
    }

    func size(_ chance: inout Chance) -> Int {
        var part = chance.fraction()
        for (index, size) in UploadMix.sizes.enumerated() {
            part -= size.share
            if part < 0 { return index }
        }
        return 0
    }

    func seconds(_ chance: inout Chance) -> Double {
        let isLong = chance.happens(UploadMix.tailShare)
        let body = UploadMix.medianSeconds * chance.logNormal(sigma: UploadMix.bodySigma)
        let tail =
            UploadMix.tailSeconds * exponential(chance.wait() / UploadMix.tailExponent)
        let range = UploadMix.secondsRange
        return min(max(isLong ? tail : body, range.lowerBound), range.upperBound)
    }

    /// Lengths in classes, so that uploads of a class share a plan: steps of 2 s up to a minute, of a tenth above.
    static func classSeconds(_ seconds: Double) -> Int {
        guard seconds > 60 else { return max(2, Int((seconds / 2).rounded()) * 2) }
        let step = (logarithm(seconds / 60) / logarithm(1.1)).rounded()
        return Int((60 * exponential(step * logarithm(1.1))).rounded())
    }
}
