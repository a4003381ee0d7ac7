import SeededRandom
import Testing
import TranscodeModel

/// What a rung is scaled from follows from the source and from its own size alone.
struct HalvingChainTests {
    private func chain(_ width: Int, _ height: Int) -> HalvingChain {
        HalvingChain(picture: PictureSize(width: width, height: height))
    }

    @Test(
        "a rung is scaled from the smallest picture half as large again, or is that picture",
        arguments: [
            (1280, 720, 1280, 720, 0), (1280, 720, 960, 540, 0), (1280, 720, 640, 360, 1),
            (1280, 720, 416, 234, 1), (1280, 720, 320, 180, 2), (1920, 1080, 1280, 720, 0),
            (1920, 1080, 960, 540, 1), (1920, 1080, 640, 360, 1), (1920, 1080, 416, 234, 1),
            (1280, 720, 480, 270, 0),
            (1080, 1920, 360, 640, 1), (854, 480, 428, 240, 1), (1366, 768, 684, 384, 1),
            (2, 2, 2, 2, 0), (16, 4000, 2, 500, 3),
        ])
    func levels(
        width: Int, height: Int, rungWidth: Int, rungHeight: Int, level: Int
    ) {
        let rung = PictureSize(width: rungWidth, height: rungHeight)
        #expect(chain(width, height).level(for: rung) == level)
    }

    @Test func halvingsAreEvenAndAsNearToThePictureAsEvenSidesCanBe() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<2000 {
            let chain = chain(
                Int.random(in: 1...16_384, using: &random),
                Int.random(in: 1...16_384, using: &random))
            for level in 1...15 {
                let size = chain.size(level)
                for (side, whole) in [
                    (size.width, chain.picture.width), (size.height, chain.picture.height),
                ] {
                    let exact = Double(whole) / Double(1 << level)
                    #expect(side % 2 == 0 && side >= 2)
                    #expect(abs(Double(side) - exact) <= 1 || side == 2 && exact < 1)
                }
            }
        }
    }

    @Test func noRungIsScaledUpFromAHalving() {
        var random = SplitMix64(seed: 8)
        for _ in 0..<2000 {
            let chain = chain(
                Int.random(in: 2...8192, using: &random), Int.random(in: 2...8192, using: &random))
            let rung = PictureSize(
                width: Int.random(in: 2...chain.picture.width, using: &random),
                height: Int.random(in: 2...chain.picture.height, using: &random))
            let level = chain.level(for: rung)
            let used = chain.size(level)
            #expect(used.width >= rung.width && used.height >= rung.height)
            // Scaled twice by nearly the same, a picture is soft.
            func isLarge(_ size: PictureSize) -> Bool {
                2 * size.width >= 3 * rung.width && 2 * size.height >= 3 * rung.height
            }
            #expect(level == 0 || used == rung || isLarge(used))
            let next = chain.size(level + 1)
            #expect(next == used || next != rung && !isLarge(next))
        }
    }
}
