import Foundation
import SeededRandom
import Testing

@testable import reelmill

@Suite("Bench: curves, BD-rate and equal quality")
struct CurveTests {
    private func points(_ rates: [Double], _ qualities: [Double]) -> [RatePoint] {
        zip(rates, qualities).map { RatePoint(rate: $0, quality: $1) }
    }

    // The expected numbers here and below are those of SciPy's PchipInterpolator.
    @Test func monotoneCurve() throws {
        let curve = try #require(
            MonotoneCurve(zip([0, 1, 2, 4, 7], [0, 1, 1, 5, 4]).map { (x: $0, y: $1) }))
        for (place, value) in [
            (0.5, 0.6875), (1, 1), (1.5, 1), (3, 3), (5, 4.962962962962963),
            (6.5, 4.421296296296296), (7, 4),
        ] {
            #expect(abs(curve.value(at: place) - value) < 1e-12)
        }
        #expect(abs(curve.integral(from: 0.25, to: 6) - 17.43046513310185) < 1e-12)
    }

    @Test("a curve stays between neighbours, and its integral is the area below it")
    func random() throws {
        var generator = SplitMix64(seed: 9)
        for _ in 0..<100 {
            var x = 0.0
            let points = (0..<Int.random(in: 2...7, using: &generator)).map { _ in
                x += .random(in: 0.1...3, using: &generator)
                return (x: x, y: Double.random(in: -5...5, using: &generator))
            }
            let curve = try #require(MonotoneCurve(points.shuffled(using: &generator)))
            for (one, next) in zip(points, points.dropFirst()) {
                let steps = 200
                var area = 0.0
                for step in 0..<steps {
                    let place = one.x + (next.x - one.x) * (Double(step) + 0.5) / Double(steps)
                    let value = curve.value(at: place)
                    #expect(
                        value >= min(one.y, next.y) - 1e-9 && value <= max(one.y, next.y) + 1e-9)
                    area += value * (next.x - one.x) / Double(steps)
                }
                #expect(abs(area - curve.integral(from: one.x, to: next.x)) < 1e-3)
            }
        }
    }

    @Test func noCurve() {
        #expect(MonotoneCurve([(x: 1, y: 1)]) == nil)
        #expect(MonotoneCurve([(x: 1, y: 1), (x: 1, y: 2)]) == nil)
        #expect(MonotoneCurve([(x: 1, y: 1), (x: .infinity, y: 2)]) == nil)
    }

    @Test func bdRateKnownAnswers() throws {
        let reference = points([686.76, 309.58, 157.11, 85.95], [40.28, 37.18, 34.24, 31.42])
        let other = points([893.34, 407.8, 204.93, 112.75], [40.39, 37.21, 34.17, 31.24])
        func percent(_ reference: [RatePoint], _ test: [RatePoint]) throws -> Double {
            try #require(BDRate.percent(reference: reference, test: test))
        }
        let known = try percent(reference, other)
        #expect(abs(known - 31.379878202397627) < 1e-9)
        let uneven = try percent(
            points([1000, 2000, 4000, 8000, 16_000], [30, 33, 35.5, 37, 37.8]),
            points([900, 1900, 4100, 8300], [29.5, 32.8, 35.9, 37.4]))
        #expect(abs(uneven + 5.134933623379023) < 1e-9)
        let same = try percent(reference, reference)
        #expect(abs(same) < 1e-12)
        let dearer = try percent(
            reference, reference.map { RatePoint(rate: $0.rate * 1.1, quality: $0.quality) })
        #expect(abs(dearer - 10) < 1e-9)
        // There and back: the product is one, in any order of the points.
        let there = try percent(reference, other)
        let back = try percent(other.reversed(), reference.shuffled())
        #expect(abs((1 + there / 100) * (1 + back / 100) - 1) < 1e-9)
    }

    @Test func noBDRate() {
        let good = points([1, 2, 4, 8], [30, 33, 36, 39])
        #expect(BDRate.percent(reference: good, test: Array(good.dropLast())) == nil)
        #expect(
            BDRate.percent(reference: good, test: points([1, 2, 4, 8], [40, 43, 46, 49])) == nil)
        #expect(
            BDRate.percent(reference: good, test: points([0, 2, 4, 8], [30, 33, 36, 39])) == nil)
        #expect(
            BDRate.percent(reference: good, test: points([1, 2, 4, 8], [30, 30, 36, 39])) == nil)
    }

    private func point(
        _ setting: Double, cpu: Double, _ bytes: [Int64], _ psnr: [Double]
    ) -> LadderPoint {
        LadderPoint(
            setting: setting, cpuSeconds: cpu,
            renditions: bytes.indices.map {
                LadderPoint.Rendition(
                    name: "v\($0)", pixels: $0 == 0 ? 300 : 100, bytes: bytes[$0],
                    quality: Quality(ssim: 1 - pow(10, -psnr[$0] / 20), psnr: psnr[$0]))
            })
    }

    private func ours(_ psnr: [Double]) -> [String: Quality] {
        Dictionary(
            uniqueKeysWithValues: psnr.enumerated().map {
                ("v\($0)", Quality(ssim: 1 - pow(10, -$1 / 20), psnr: $1))
            })
    }

    @Test("what a rival takes for our quality lies where its own encodes are as good")
    func equalQuality() throws {
        let rival = [
            point(23, cpu: 100, [1000, 400], [40, 38]),
            point(21, cpu: 104, [1440, 576], [42, 40]),
            point(25, cpu: 96, [694, 278], [38, 36]),
        ]
        // As good as one of them: exactly what that took.
        let same = try #require(
            EqualQuality(metric: .psnr, ours: ours([42, 40]), rival: rival))
        #expect(abs(same.setting - 21) < 1e-9)
        #expect(abs(same.cpuSeconds - 104) < 1e-9)
        #expect(abs(same.bytes - 2016) < 1e-6)
        #expect(same.renditions.map(\.isExtrapolated) == [false, false])
        // One decibel is one step of the setting here, and pixels say how much each rendition counts.
        let between = try #require(
            EqualQuality(metric: .psnr, ours: ours([39, 38]), rival: rival))
        #expect(abs(between.setting - (24 * 300 + 23 * 100) / 400) < 1e-9)
        #expect(abs(between.cpuSeconds - (100 - 2 * 0.75)) < 1e-9)
        #expect(abs(between.renditions[0].bytes - (1000.0 * 694).squareRoot()) < 0.5)
        // SSIM in decibels is half of PSNR in these, so that it says the same.
        let bySSIM = try #require(
            EqualQuality(metric: .ssim, ours: ours([39, 38]), rival: rival))
        #expect(abs(bySSIM.setting - between.setting) < 1e-6)
    }

    @Test("out of reach is told, and what was not measured is not guessed")
    func outOfReach() throws {
        let rival = [
            point(23, cpu: 100, [1000], [40]), point(21, cpu: 104, [1440], [42]),
        ]
        let beyond = try #require(EqualQuality(metric: .psnr, ours: ours([43]), rival: rival))
        #expect(beyond.renditions.map(\.isExtrapolated) == [true])
        #expect(abs(beyond.setting - 20) < 1e-9)
        #expect(EqualQuality(metric: .vmaf, ours: ours([41]), rival: rival) == nil)
        #expect(EqualQuality(metric: .psnr, ours: [:], rival: rival) == nil)
        #expect(EqualQuality(metric: .psnr, ours: ours([41]), rival: [rival[0]]) == nil)
        #expect(
            EqualQuality(
                metric: .psnr, ours: ours([41]),
                rival: [rival[0], point(21, cpu: 104, [1440], [40])]) == nil)
    }

    @Test("seams that cost nothing, and seams that cost a twentieth")
    func seamCost() throws {
        func points(_ factor: Double) -> [SeamCost.Point] {
            [19, 23, 27, 31].map { setting in
                let whole = 1_000_000 * pow(2, -Double(setting - 19) / 6)
                let quality = Quality(ssim: 1 - 0.002 * Double(setting), psnr: 60 - Double(setting))
                return SeamCost.Point(
                    setting: setting, chunkedBytes: Int64((whole * factor).rounded()),
                    wholeBytes: Int64(whole.rounded()), chunked: quality, whole: quality)
            }
        }
        func rendition(_ factor: Double) -> SeamCost.Rendition {
            SeamCost.Rendition(
                input: "a", name: "v", chunks: 3, points: points(factor), profileSetting: 23)
        }
        #expect(rendition(1).bdRateSSIMPercent == 0)
        let dear = rendition(1.05)
        for percent in [dear.bdRateSSIMPercent, dear.bdRatePSNRPercent, dear.bytesPercent] {
            let percent = try #require(percent)
            #expect(abs(percent - 5) < 1e-3)
        }
        #expect(dear.bdRateVMAFPercent == nil)
        let both = SeamCost([rendition(1), dear])
        #expect(both.worstPercent == dear.bdRateSSIMPercent)
        let mean = try #require(both.meanPercent)
        #expect(abs(mean - 2.5) < 1e-3)
    }
}
