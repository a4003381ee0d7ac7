import Testing

@testable import reelmill

@Suite("Bench: what is read of other programs and of the kernel")
struct BenchReadingTests {
    @Test("SSIM, PSNR and VMAF as ffmpeg prints them")
    func quality() throws {
        let text = """
            frame=  154 fps= 82 q=-0.0 Lsize=N/A time=00:00:06.16
            [Parsed_ssim_8 @ 0x55] SSIM Y:0.991234 (20.571) U:0.995 (23.0) V:0.995 (23.1) All:0.992500 (21.249387)
            [Parsed_psnr_9 @ 0x55] PSNR y:40.12 u:44.10 v:44.60 average:41.012345 min:33.1 max:55.2
            [Parsed_libvmaf_10 @ 0x55] VMAF score: 95.981234
            """
        let found = try #require(QualityMeter.quality(in: text))
        #expect(abs(found.ssim - 0.9925) < 1e-6)
        #expect(abs(found.ssimDecibels - 21.249387) < 1e-9)
        #expect(found.psnr == 41.012345)
        #expect(found.vmaf == 95.981234)
    }

    @Test("what is equal is as good as can be told, and what was not measured is nothing")
    func limits() throws {
        let equal = """
            [x] SSIM Y:1.0 (inf) All:1.000000 (inf)
            [x] PSNR y:inf u:inf v:inf average:inf min:inf max:inf
            """
        let found = try #require(QualityMeter.quality(in: equal))
        #expect(found.psnr == 100 && abs(found.ssim - 1) < 1e-9 && found.vmaf == nil)
        #expect(abs(found.ssimDecibels - 100) < 1e-3)
        #expect(QualityMeter.quality(in: "Conversion failed!") == nil)
        #expect(QualityMeter.quality(in: "SSIM Y:0.9 (10) All: PSNR average:") == nil)
    }

    @Test func memory() throws {
        #expect(
            MemoryReading.resident(statm: "5000 1200 300 10 0 800 0\n", pageBytes: 4096)
                == .init(own: 900 * 4096, shared: 300 * 4096))
        #expect(MemoryReading.resident(statm: "", pageBytes: 4096) == nil)
        #expect(MemoryReading.resident(statm: "1 2 3", pageBytes: 4096) == nil)
        // The library that two have in common is counted once.
        #expect(
            MemoryReading.sharedOnce([
                .init(own: 100, shared: 50), .init(own: 10, shared: 60), .init(own: 1, shared: 0),
            ]) == 171)
        #expect(MemoryReading.sharedOnce([]) == 0)
        let rollup =
            "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:  900 kB\nPss:  700 kB\nPss_Dirty: 3 kB\n"
        #expect(MemoryReading.proportional(rollup: rollup) == Int64(716_800))
        #expect(MemoryReading.proportional(rollup: "") == nil)
    }
}
