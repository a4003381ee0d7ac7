/// The sizes of the samples of a fragment that our own muxer has just written. libavformat changes samples on
/// their way into the file, so that only the file knows them.
enum SampleSizes {
    /// In bytes; empty when the fragment is not as libavformat writes it.
    static func read(fragment: [UInt8]) -> [Int64] {
        guard let movie = body("moof", in: fragment[...]), let track = body("traf", in: movie),
            let header = body("tfhd", in: track), let run = body("trun", in: track),
            header.count >= 8, run.count >= 8
        else { return [] }
        let usual = usualSize(header)
        let flags = word(run, at: 0) & 0xFF_FFFF
        let count = Int(word(run, at: 4))
        let first = 8 + (flags & 0x1 != 0 ? 4 : 0) + (flags & 0x4 != 0 ? 4 : 0)
        let before = flags & 0x100 != 0 ? 4 : 0
        let step = 4 * [0x100, 0x200, 0x400, 0x800].filter { flags & $0 != 0 }.count
        guard count <= fragment.count, run.count == first + step * count else { return [] }
        return (0..<count).map {
            flags & 0x200 != 0 ? Int64(word(run, at: first + $0 * step + before)) : usual
        }
    }

    /// What `tfhd` says of samples that do not say it themselves.
    private static func usualSize(_ header: ArraySlice<UInt8>) -> Int64 {
        let flags = word(header, at: 0) & 0xFF_FFFF
        guard flags & 0x10 != 0 else { return 0 }
        let place =
            8 + (flags & 0x1 != 0 ? 8 : 0) + (flags & 0x2 != 0 ? 4 : 0) + (flags & 0x8 != 0 ? 4 : 0)
        return header.count >= place + 4 ? Int64(word(header, at: place)) : 0
    }

    /// The contents of the first box of a type.
    private static func body(_ type: String, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = bytes
        while rest.count >= 8 {
            let length = Int(word(rest, at: 0))
            guard length >= 8, length <= rest.count else { return nil }
            let start = rest.startIndex
            if rest[start + 4..<start + 8].elementsEqual(type.utf8) {
                return rest[start + 8..<start + length]
            }
            rest = rest[(start + length)...]
        }
        return nil
    }

    private static func word(_ bytes: ArraySlice<UInt8>, at offset: Int) -> UInt32 {
        bytes[(bytes.startIndex + offset)...].prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
