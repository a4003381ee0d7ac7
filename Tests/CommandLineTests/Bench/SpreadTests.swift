import Testing

@testable import reelmill

@Suite("Bench: medians and what stands out")
struct SpreadTests {
    @Test func medians() {
        #expect(Spread([3, 1, 2]).median == 2)
        #expect(Spread([4, 1, 3, 2]).median == 2.5)
        let spread = Spread([10, 11, 9, 30])
        #expect((spread.minimum, spread.maximum) == (9, 30))
        #expect(spread.median == 10.5)
        // Distances 0.5, 0.5, 1.5 and 19.5.
        #expect(spread.medianDeviation == 1)
        #expect(spread.relativeRange == 2)
        #expect(Spread([7]).median == 7)
    }

    @Test("more than a tenth off the median stands out, whatever the others do")
    func farAway() {
        #expect(Spread.outliers([10, 10.4, 10.2, 11.4]) == [3])
        #expect(Spread.outliers([10, 8.9, 10]) == [1])
        #expect(Spread.outliers([10, 10.9, 10]).isEmpty)
    }

    @Test(
        "of five or more, what is far by their own measure stands out too, but never by next to nothing"
    )
    func byScore() {
        #expect(Spread.outliers([100, 100.1, 99.9, 100.2, 99.8, 104]) == [5])
        #expect(Spread.outliers([100, 100.1, 99.9, 100.2, 99.8, 101.5]).isEmpty)
        #expect(Spread.outliers([100, 102, 98, 104, 96, 104]).isEmpty)
        // Four are too few to say what is usual.
        #expect(Spread.outliers([100, 100.1, 99.9, 104]).isEmpty)
    }

    @Test func littleIsNoOutlier() {
        #expect(Spread.outliers([]).isEmpty)
        #expect(Spread.outliers([5]).isEmpty)
        #expect(Spread.outliers([0, 0, 0]).isEmpty)
        #expect(Spread.outliers([2, 2, 2, 2, 2]).isEmpty)
    }
}
