import SeededRandom
import Testing
import TranscodeModel

/// The buffer that copied pictures need is never told too small, since nothing encodes them again.
struct CodedPicturesTests {
    private func scan(_ sizes: [Int32], _ model: BufferModel, start: Int64) -> Int {
        var scan = BufferScan(model, timescale: 1, start: start)
        for size in sizes { scan.take(CodedSample(bytes: Int64(size), ticks: 1)) }
        return scan.proof(reencoded: 0).violations
    }

    @Test func theNeedIsWhatABufferMustHold() throws {
        for (index, arrival) in CodedPictures.arrivals.enumerated() where index % 23 == 0 {
            let sizes = (0..<40).map { Int32(1 + $0 * 37 % 11 * Int(arrival / 64)) }
            let need = CodedPictures.needs(sizes)[index]
            let model = BufferModel(rate: arrival, size: need, isEnforced: true)
            #expect(scan(sizes, model, start: need) == 0)
            let less = BufferModel(rate: arrival, size: need - 1, isEnforced: true)
            #expect(scan(sizes, less, start: need - 1) > 0)
        }
    }

    @Test func whatFitsBelowTheFirstFullnessNeverRunsDry() {
        var random = SplitMix64(seed: 11)
        var fitting = 0
        for _ in 0..<300 {
            let sizes = (0..<120).map { _ in Int32(random.next() % 4000) }
            let coded = CodedPictures(needs: CodedPictures.needs(sizes))
            let rate = Int64(8_000 + random.next() % 24_000)
            let model = BufferModel(
                rate: rate, size: Int64(16_000 + random.next() % 200_000), isEnforced: true)
            let start = model.bits(twentieths: BufferModel.firstStart)
            guard let need = coded.need(arrival: rate), need <= start else { continue }
            fitting += 1
            #expect(scan(sizes, model, start: start) == 0)
        }
        #expect(fitting > 20)
    }

    @Test func ratesBelowAllOthersAreNotKnown() {
        let coded = CodedPictures(needs: CodedPictures.needs([100]))
        #expect(coded.need(arrival: 255) == nil)
        #expect(coded.need(arrival: 256) == 800)
        #expect(coded.need(arrival: Int64.max) == 800)
        #expect(
            zip(CodedPictures.arrivals, CodedPictures.arrivals.dropFirst()).allSatisfy { $0 < $1 })
        #expect(CodedPictures().need(arrival: 1000) == nil)
    }
}
