import SeededRandom
import Testing
import TranscodeModel

@testable import Media

/// Each wish is served once, by the last key frame at or before it, and exactly where that is old.
struct StillWishesTests {
    private struct Service: Hashable {
        var wish: StillWish
        var keyFrame: Int64?
        var isNear: Bool
    }

    @Test(arguments: 0..<200)
    func agreesWithTheModel(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let times = (0..<Int.random(in: 0...20, using: &random))
            .map { _ in Int64.random(in: 0...1000, using: &random) }.sorted()
        let keyTimes = (0..<Int.random(in: 0...12, using: &random))
            .map { _ in Int64.random(in: 0...1000, using: &random) }.sorted()
        let plan = StillsBench.plan(
            poster: Rational(Int64.random(in: 0...1000, using: &random), 100),
            thumbnails: times.map { Rational($0, 100) }, interval: Rational(1))
        var wishes = StillWishes(plan, timeBase: Rational(1, 100))

        var served: [Service] = []
        func note(_ share: StillWishes.Share) {
            served += share.near.map {
                Service(wish: $0, keyFrame: share.keyFrame?.pts, isNear: true)
            }
            served += share.exact.map {
                Service(wish: $0, keyFrame: share.keyFrame?.pts, isNear: false)
            }
        }
        for time in keyTimes {
            note(wishes.meet(RandomAccessPoint(pts: time, dts: time, bytePosition: -1)))
        }
        note(wishes.finish())
        #expect(wishes.isEmpty)

        let poster = StillWish(
            purpose: .poster, ticks: (plan.posterTime * Rational(100)).floor, isExact: true)
        let wanted =
            times.enumerated().map {
                StillWish(purpose: .thumbnail($0.offset), ticks: $0.element, isExact: false)
            } + [poster]
        let expected = wanted.map { wish in
            let key = keyTimes.last { $0 <= wish.ticks } ?? keyTimes.first
            let isNear = key.map { wish.ticks - $0 <= 200 } ?? false
            return Service(wish: wish, keyFrame: key, isNear: isNear && !wish.isExact)
        }
        #expect(served.count == expected.count)
        #expect(Set(served) == Set(expected))
    }
}

/// Thumbnails tile their sheets without a gap or an overlap.
struct SpriteGeometryTests {
    @Test(arguments: [0, 1, 5, 6, 7, 23, 24, 25])
    func tilesFillTheSheets(count: Int) {
        let plan = StillsBench.plan(
            poster: .zero, thumbnails: (0..<count).map { Rational(Int64($0)) }, interval: .one,
            columns: 3, rows: 2)
        let geometry = SpriteGeometry(plan)
        var seen: Set<SpriteGeometry.Place> = []
        for thumbnail in 0..<count {
            let place = geometry.place(of: thumbnail)
            #expect(geometry.thumbnails(on: place.sheet).contains(thumbnail))
            #expect(place.x % 32 == 0 && place.x + 32 <= geometry.sheetWidth)
            #expect(place.y % 18 == 0 && place.y + 18 <= geometry.sheetHeight(place.sheet))
            #expect(seen.insert(place).inserted)
        }
        #expect(geometry.sheets == (count + 5) / 6)
        let heights = (0..<geometry.sheets).map { geometry.sheetHeight($0) }
        let rows = (count % 6 + 2) / 3
        #expect(heights.dropLast().allSatisfy { $0 == 36 })
        #expect(heights.last == (count == 0 ? nil : rows == 0 ? 36 : rows * 18))
    }

    @Test(arguments: [(0, "sprite-001.jpg"), (98, "sprite-099.jpg"), (1233, "sprite-1234.jpg")])
    func namesAreNumbered(sheet: Int, name: String) {
        #expect(SpriteGeometry.name(ofSheet: sheet) == name)
    }
}
