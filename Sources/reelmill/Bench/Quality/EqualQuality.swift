import Foundation

/// One encode of the whole ladder at one setting of quality, by a rival.
struct LadderPoint: Encodable, Equatable {
    struct Rendition: Encodable, Equatable {
        var name: String
        /// Of one frame: by these the processor time is shared out.
        var pixels: Int
        var bytes: Int64
        var quality: Quality
    }

    /// The encoder's own number, such as x264's CRF.
    var setting: Double
    /// Of the whole process.
    var cpuSeconds: Double
    var renditions: [Rendition]
}

/// What a rival takes for the quality that ours has, from its encodes at several settings.
///
/// For each rendition its setting is interpolated at which it is as good as ours, and its bytes there. One process makes
/// all renditions, and its CPU time is known for it as a whole: it is interpolated at the mean of these settings, each
/// weighted with the rendition's pixels.
struct EqualQuality: Encodable, Equatable {
    struct Rendition: Encodable, Equatable {
        var name: String
        var setting: Double
        var bytes: Double
        /// Ours lies outside what the rival was measured at.
        var isExtrapolated: Bool
    }

    var metric: QualityMetric
    /// The mean over the renditions by pixels.
    var setting: Double
    var cpuSeconds: Double
    /// Of the pictures.
    var bytes: Double
    var renditions: [Rendition]

    /// Nil where the metric was not measured of all, or the rival's qualities do not differ.
    ///
    /// - Parameters:
    ///   - ours: by rendition.
    ///   - rival: at two settings or more, with the same renditions.
    init?(metric: QualityMetric, ours: [String: Quality], rival: [LadderPoint]) {
        guard let first = rival.first, !first.renditions.isEmpty else { return nil }
        var found: [Rendition] = []
        var (weighted, weights) = (0.0, 0.0)
        for (index, rendition) in first.renditions.enumerated() {
            guard let target = ours[rendition.name].flatMap(metric.value) else { return nil }
            var points: [(setting: Double, bytes: Double, quality: Double)] = []
            for point in rival {
                guard point.renditions.indices.contains(index),
                    point.renditions[index].name == rendition.name,
                    point.renditions[index].bytes > 0,
                    let quality = metric.value(point.renditions[index].quality)
                else { return nil }
                points.append((point.setting, Double(point.renditions[index].bytes), quality))
            }
            guard let settings = MonotoneCurve(points.map { (x: $0.quality, y: $0.setting) }),
                let sizes = MonotoneCurve(points.map { (x: $0.quality, y: log($0.bytes)) })
            else { return nil }
            let setting = settings.value(at: target)
            found.append(
                Rendition(
                    name: rendition.name, setting: setting, bytes: exp(sizes.value(at: target)),
                    isExtrapolated: !settings.range.contains(target)))
            weighted += setting * Double(rendition.pixels)
            weights += Double(rendition.pixels)
        }
        guard weights > 0,
            let times = MonotoneCurve(rival.map { (x: $0.setting, y: $0.cpuSeconds) })
        else { return nil }
        self.metric = metric
        setting = weighted / weights
        cpuSeconds = times.value(at: setting)
        bytes = found.reduce(0) { $0 + $1.bytes }
        renditions = found
    }
}
