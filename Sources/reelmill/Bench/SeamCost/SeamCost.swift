/// What it costs in bits to encode in chunks: each rendition in chunks beside the same in one piece, with the same
/// settings and key frames, at several qualities.
struct SeamCost: Encodable {
    struct Point: Encodable {
        /// The encoder's own number, such as x264's CRF.
        var setting: Int
        var chunkedBytes: Int64
        var wholeBytes: Int64
        var chunked: Quality
        var whole: Quality
    }

    struct Rendition: Encodable {
        var input: String
        var name: String
        /// In one input's encode.
        var chunks: Int
        var points: [Point]
        /// How many percent more bytes chunks take at the profile's own quality; nil where that is not among the points.
        var bytesPercent: Double?
        /// The mean difference of the rates at equal quality, in percent; nil where the curves have nothing in common.
        var bdRateSSIMPercent: Double?
        var bdRatePSNRPercent: Double?
        var bdRateVMAFPercent: Double?

        init(input: String, name: String, chunks: Int, points: [Point], profileSetting: Int) {
            self.input = input
            self.name = name
            self.chunks = chunks
            self.points = points
            bytesPercent = points.first { $0.setting == profileSetting }.map {
                (Double($0.chunkedBytes) / Double(max($0.wholeBytes, 1)) - 1) * 100
            }
            bdRateSSIMPercent = Rendition.bdRate(points, .ssim)
            bdRatePSNRPercent = Rendition.bdRate(points, .psnr)
            bdRateVMAFPercent = Rendition.bdRate(points, .vmaf)
        }

        private static func bdRate(_ points: [Point], _ metric: QualityMetric) -> Double? {
            var (whole, chunked): ([RatePoint], [RatePoint]) = ([], [])
            for point in points {
                guard let first = metric.value(point.whole),
                    let second = metric.value(point.chunked)
                else { return nil }
                whole.append(RatePoint(rate: Double(point.wholeBytes), quality: first))
                chunked.append(RatePoint(rate: Double(point.chunkedBytes), quality: second))
            }
            return BDRate.percent(reference: whole, test: chunked)
        }
    }

    var renditions: [Rendition]
    /// Of all renditions by SSIM; nil of none.
    var meanPercent: Double?
    var worstPercent: Double?

    init(_ renditions: [Rendition]) {
        self.renditions = renditions
        let rates = renditions.compactMap(\.bdRateSSIMPercent)
        worstPercent = rates.max()
        meanPercent = rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
    }

    /// What is added to the profile's quality: four settings, from better to worse.
    static func offsets(_ codec: VideoCodecScale) -> [Int] {
        switch codec {
        case .x26x: [-4, 0, 4, 8]
        case .svt: [-8, 0, 8, 16]
        }
    }
}

/// How far apart an encoder's numbers of quality lie.
enum VideoCodecScale {
    /// x264's and x265's CRF: 6 are half of the bits, or nearly.
    case x26x
    /// SVT-AV1's CRF, of 0 to 63.
    case svt
}
