import SeededRandom
import Testing
import TranscodeModel

@Suite("The decoder's buffer: what chunks do to it composes to what the whole does")
struct BufferTransferTests {
    private let timescale = 24_000

    /// A model and frames that now and then do not fit it.
    private func scene(
        _ generator: inout SplitMix64
    ) -> (model: BufferModel, samples: [CodedSample]) {
        let size = Int64.random(in: 1_000...200_000, using: &generator)
        let model = BufferModel(
            rate: Int64.random(in: 1_000...400_000, using: &generator), size: size,
            isEnforced: true)
        // Around what arrives in a frame, so that the buffer fills and runs dry.
        let usual = model.arrival(ticks: 1_000, timescale: timescale) / 8
        let most = max(2, Int64.random(in: 1...4, using: &generator) * usual)
        let samples = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
            CodedSample(
                bytes: Int64.random(in: 1...most, using: &generator),
                ticks: Bool.random(using: &generator)
                    ? 1_000 : Int64.random(in: 1...40_000, using: &generator))
        }
        return (model, samples)
    }

    /// The definition itself, frame by frame; nil when a frame is late.
    private func scan(
        _ samples: some Sequence<CodedSample>, _ model: BufferModel, from start: Int64
    ) -> Int64? {
        var fullness = start
        for sample in samples {
            guard sample.bytes * 8 <= fullness else { return nil }
            fullness -= sample.bytes * 8
            let arrives = Int64(
                Int128(sample.ticks) * Int128(model.rate) / Int128(timescale))
            fullness = min(fullness + arrives, model.size)
        }
        return fullness
    }

    /// The starts at which something changes, and some others.
    private func starts(
        _ transfer: BufferTransfer, _ model: BufferModel, _ generator: inout SplitMix64
    ) -> [Int64] {
        let edges = [transfer.need, transfer.need - 1, transfer.ceiling - transfer.gain]
        let others = (0..<4).map { _ in Int64.random(in: 0...model.size, using: &generator) }
        return ([0, model.size] + edges + others).filter { (0...model.size).contains($0) }
    }

    @Test("chunks cut anywhere, joined in any grouping, say what a full scan says of every start")
    func compositionEqualsScan() {
        var generator = SplitMix64(seed: 17)
        var (possible, impossible, late, inTime) = (0, 0, 0, 0)
        for _ in 0..<4_000 {
            let (model, samples) = scene(&generator)
            let cuts = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                Int.random(in: 0...samples.count, using: &generator)
            }.sorted()
            let chunks = zip([0] + cuts, cuts + [samples.count]).map {
                model.transfer(of: samples[$0..<$1], timescale: timescale)
            }
            let nothing = BufferTransfer.nothing(size: model.size)
            let forward = chunks.reduce(nothing) { $0.followed(by: $1) }
            let backward = chunks.reversed().reduce(nothing) { $1.followed(by: $0) }
            let whole = model.transfer(of: samples, timescale: timescale)
            #expect(forward == whole && backward == whole)
            if whole.isAttainable { possible += 1 } else { impossible += 1 }
            for start in starts(whole, model, &generator) {
                let scanned = scan(samples, model, from: start)
                #expect(whole.fullness(after: start) == scanned)
                if scanned == nil { late += 1 } else { inTime += 1 }
            }
        }
        // The cases are of all kinds.
        #expect(min(possible, impossible, late, inTime) > 500)
    }

    @Test("grouping does not matter, even for transfers that no frames have")
    func associativity() {
        var generator = SplitMix64(seed: 5)
        func any() -> BufferTransfer {
            BufferTransfer(
                gain: Int64.random(in: -50...50, using: &generator),
                ceiling: Int64.random(in: 0...60, using: &generator),
                need: Int.random(in: 0..<9, using: &generator) == 0
                    ? BufferTransfer.unattainable : Int64.random(in: 0...60, using: &generator))
        }
        for _ in 0..<5_000 {
            let (one, two, three) = (any(), any(), any())
            #expect(
                one.followed(by: two).followed(by: three)
                    == one.followed(by: two.followed(by: three)))
        }
    }

    @Test("a scan counts the late frames, and proves what the composed transfer says")
    func scanAgrees() {
        var generator = SplitMix64(seed: 99)
        var seen = Set<Bool>()
        for _ in 0..<2_000 {
            let (model, samples) = scene(&generator)
            var scan = BufferScan(model, timescale: timescale)
            for sample in samples { scan.take(sample) }
            let proof = scan.proof(reencoded: 0)
            #expect(proof.transfer == model.transfer(of: samples, timescale: timescale))
            #expect((proof.violations == 0) == (proof.transfer.need <= proof.start))
            #expect(proof.isInRange && (proof.violations == 0 || proof.lowest == 0))
            seen.insert(proof.violations == 0)
        }
        #expect(seen == [true, false])
    }

    @Test("a frame larger than the buffer is never there in time, and no chunk before it helps")
    func tooLarge() {
        let model = BufferModel(rate: 8_000, size: 800, isEnforced: true)
        let huge = model.transfer(
            of: CodedSample(bytes: 101, ticks: 1_000), timescale: timescale)
        let small = model.transfer(of: CodedSample(bytes: 1, ticks: 1_000), timescale: timescale)
        #expect(!huge.isAttainable && small.isAttainable)
        #expect(!small.followed(by: huge).isAttainable)
        #expect(!huge.followed(by: small).isAttainable)
        #expect(huge.fullness(after: model.size) == nil)
    }

    @Test("twentieths are rounded down, so that an encoder never counts on more than there is")
    func twentieths() {
        let model = BufferModel(rate: 1, size: 1_001, isEnforced: true)
        for bits in Int64(0)...1_001 {
            #expect(model.bits(twentieths: model.twentieths(bits: bits)) <= bits)
        }
        #expect(model.twentieths(bits: 1_001) == 20)
        #expect(model.twentieths(bits: -5) == 0)
    }

    private func rendition(
        _ codec: VideoCodec, _ parameters: [String: String] = [:], average: Int = 1_000
    ) -> VideoRendition {
        VideoRendition(
            name: "v", width: 64, height: 64, codec: codec, preset: "medium", quality: 23,
            averageKilobitsPerSecond: average, parameters: parameters)
    }

    @Test(
        "the model is the encoder's own: the cap and the buffer, or what the profile sets instead")
    func declaredModel() {
        let plain = BufferModel(rendition(.h264))
        #expect(plain == BufferModel(rate: 1_500_000, size: 2_000_000, isEnforced: true))
        let options = EncoderOptions(rendition(.h264), keyFrameInterval: 48)
        #expect(Int64(options.rateMaximum) == plain.rate)
        #expect(options.bufferBits.map(Int64.init) == plain.size)
        #expect(
            BufferModel(rendition(.hevc, ["vbv-maxrate": "700", "vbv_bufsize": "900"]))
                == BufferModel(rate: 700_000, size: 900_000, isEnforced: true))
        #expect(!BufferModel(rendition(.h264, ["vbv-bufsize": "0"])).isEnforced)
        #expect(!BufferModel(rendition(.av1)).isEnforced)
        // A receipt may come from anywhere.
        #expect(BufferModel(rendition(.h264, average: .max)).size > 0)
        #expect(BufferModel(rendition(.h264, average: .min)).rate > 0)
    }

    @Test("an encoder is told how full the buffer is; what was measured has the last word")
    func startFullness() {
        let theirs = rendition(.h264, ["vbv-init": "0.3"])
        func text(_ rendition: VideoRendition, _ start: Int, _ isMeasured: Bool) -> String {
            EncoderOptions(
                rendition, keyFrameInterval: 48, start: start, isMeasured: isMeasured
            ).options["x264-params"] ?? ""
        }
        #expect(text(rendition(.h264), 18, false).contains("vbv-init=0.90"))
        #expect(text(rendition(.h264), 1, false).contains("vbv-init=0.05"))
        #expect(text(theirs, 14, false).hasSuffix("vbv-init=0.3"))
        #expect(text(theirs, 3, true).hasSuffix("vbv-init=0.15"))
    }
}
