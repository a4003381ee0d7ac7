import Testing
import TranscodeModel

@testable import Packager

@Suite(
    "A track file from anywhere: a few bytes cannot make a reader or a playlist work without end")
struct HostileTrackTests {
    private let header = TrackHeader(
        timescale: 24_000, codec: "avc1.64001f",
        media: .video(width: 16, height: 16, color: nil), shift: 0, preSkip: nil, trackID: 1,
        defaults: SampleDefaults(duration: 1000, size: 0, flags: 0))

    /// A fragment whose samples have the sizes that its run says, or else that of the defaults.
    private func fragment(count: UInt32, sizes: [UInt32]) -> MemoryByteSource {
        let flags: UInt32 = sizes.isEmpty ? 0 : 0x200
        let run = BoxWriter.fullBox(
            "trun", version: 0, flags: flags,
            BoxWriter.big(count) + sizes.flatMap { BoxWriter.big($0) })
        let track = BoxWriter.box(
            "traf",
            BoxWriter.fullBox("tfhd", version: 0, flags: 0x2_0000, BoxWriter.big(UInt32(1)))
                + BoxWriter.fullBox("tfdt", version: 0, BoxWriter.big(UInt32(0))) + run)
        let movie = BoxWriter.box(
            "moof", BoxWriter.fullBox("mfhd", version: 0, BoxWriter.big(UInt32(1))) + track)
        let data = [UInt8](repeating: 7, count: Int(sizes.reduce(0, +)))
        return MemoryByteSource(name: "video/v16.mp4", bytes: movie + BoxWriter.box("mdat", data))
    }

    private func read(_ source: MemoryByteSource) throws(Failure) -> TrackFragment {
        try TrackReader.fragment(
            source, Extent(offset: 0, length: source.byteCount), header: header)
    }

    @Test("samples with bytes are read; a million without any are refused")
    func empty() throws {
        #expect(try read(fragment(count: 2, sizes: [3, 4])).sampleCount == 2)
        for hostile in [fragment(count: 1 << 20, sizes: []), fragment(count: 2, sizes: [3, 0])] {
            let failure = #expect(throws: Failure.self) { try read(hostile) }
            #expect(failure?.code == .outputInvalid)
            #expect(failure?.message.contains("an empty sample") == true)
        }
    }

    @Test("rates of segments that last no time, or weigh more than numbers hold, are bounded")
    func rates() {
        let none = Segment(extent: Extent(offset: 0, length: 100), start: 0, duration: 0)
        let many = BitRates(Array(repeating: none, count: 200_000), timescale: 24_000)
        #expect(many.average == 0 && many.peak == 0)
        let heavy = Segment(extent: Extent(offset: 0, length: 1 << 50), start: 0, duration: 1)
        let rates = BitRates([heavy], timescale: Int(UInt32.max))
        #expect(rates.average == 1 << 50 && rates.peak == 1 << 50)
        // A real track is not touched by the bounds.
        let plain = Segment(extent: Extent(offset: 0, length: 3000), start: 0, duration: 48_000)
        #expect(BitRates([plain, plain], timescale: 24_000).average == 12_000)
    }

    @Test("times that no clock reaches are written as the nearest that it does")
    func times() {
        let late = TrackFragment(
            extent: Extent(offset: 1000, length: 10), sequence: 1, decodeTime: 1 << 59,
            duration: 1, sampleCount: 1, keyFrameEnd: 1005, startsWithKeyFrame: true,
            sampleDuration: 1, compositionStart: 1 << 59, isCompositionContiguous: true)
        let track = Track(
            header: TrackHeader(
                timescale: 7, codec: "avc1.64001f",
                media: .video(width: 16, height: 16, color: nil), shift: 0, preSkip: nil,
                trackID: 1, defaults: SampleDefaults(duration: 0, size: 0, flags: 0)),
            initialization: Extent(offset: 0, length: 800), index: Extent(offset: 800, length: 200),
            references: [IndexReference(byteCount: 10, duration: 1)], fragments: [late],
            byteCount: 1010)
        let presented = PresentedTrack(name: "v16", folder: "video", track: track)
        #expect(MediaPlaylist.keyFrameText(presented).contains("#EXT-X-ENDLIST"))
    }
}
