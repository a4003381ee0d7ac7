import Foundation

/// Writes footage as an AVI file with nothing compressed in it: a format so plain that it needs no library.
struct RawClip {
    let kind: FootageKind
    let width: Int
    let height: Int
    let frames: Int
    static let framesPerSecond = 24

    private var samplesPerFrame: Int { FootageSound.rate / RawClip.framesPerSecond }
    private var pictureBytes: Int { width * height * 3 / 2 }

    func write(to path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw CommandFault(
                .unreachable, "\(path): the sample cannot be made. Choose another TMPDIR.")
        }
        try file.write(contentsOf: head)
        let painter = FootagePainter(kind, framesPerSecond: RawClip.framesPerSecond)
        let sound = FootageSound(kind: kind)
        var picture = FootagePicture(width: width, height: height)
        for frame in 0..<frames {
            painter.paint(frame, into: &picture)
            let start = frame * samplesPerFrame
            var chunk = RIFFBytes()
            chunk.add("00db", Data(picture.bytes))
            chunk.add("01wb", Data(sound.bytes(start..<start + samplesPerFrame)))
            try file.write(contentsOf: chunk.data)
        }
        try file.write(contentsOf: index.data)
        try file.close()
    }

    /// Of one frame with its sound, with both headers.
    private var frameBytes: Int { pictureBytes + samplesPerFrame * 4 + 16 }

    private var head: Data {
        var stream = RIFFBytes()
        stream.add("avih", mainHeader.data)
        var pictures = RIFFBytes()
        pictures.add("strh", streamHeader("vids", "I420", 1, RawClip.framesPerSecond, frames, 0))
        pictures.add("strf", pictureFormat.data)
        stream.add(list: "strl", pictures.data)
        var sound = RIFFBytes()
        sound.add(
            "strh",
            streamHeader("auds", "\0\0\0\0", 4, FootageSound.rate * 4, frames * samplesPerFrame, 4))
        sound.add("strf", soundFormat.data)
        stream.add(list: "strl", sound.data)
        var body = RIFFBytes()
        body.add(list: "hdrl", stream.data)
        body.word("LIST")
        body.number32(4 + frames * frameBytes)
        body.word("movi")
        var file = RIFFBytes()
        file.word("RIFF")
        file.number32(4 + body.data.count + frames * frameBytes + index.data.count)
        file.word("AVI ")
        return file.data + body.data
    }

    private var mainHeader: RIFFBytes {
        var bytes = RIFFBytes()
        bytes.number32(1_000_000 / RawClip.framesPerSecond)
        bytes.number32(frameBytes * RawClip.framesPerSecond)
        bytes.number32(0)
        // There is an index, and both streams are interleaved.
        bytes.number32(0x110)
        for value in [frames, 0, 2, pictureBytes, width, height, 0, 0, 0, 0] {
            bytes.number32(value)
        }
        return bytes
    }

    private func streamHeader(
        _ kind: String, _ codec: String, _ scale: Int, _ rate: Int, _ length: Int, _ size: Int
    ) -> Data {
        var bytes = RIFFBytes()
        bytes.word(kind)
        bytes.word(codec)
        for value in [0, 0, 0, scale, rate, 0, length, pictureBytes, -1, size, 0, 0] {
            bytes.number32(value)
        }
        return bytes.data
    }

    private var pictureFormat: RIFFBytes {
        var bytes = RIFFBytes()
        for value in [40, width, height] { bytes.number32(value) }
        bytes.number16(1)
        bytes.number16(12)
        bytes.word("I420")
        for value in [pictureBytes, 0, 0, 0, 0] { bytes.number32(value) }
        return bytes
    }

    /// PCM, stereo, 16 bits.
    private var soundFormat: RIFFBytes {
        var bytes = RIFFBytes()
        bytes.number16(1)
        bytes.number16(2)
        bytes.number32(FootageSound.rate)
        bytes.number32(FootageSound.rate * 4)
        bytes.number16(4)
        bytes.number16(16)
        return bytes
    }

    private var index: RIFFBytes {
        var entries = RIFFBytes()
        for frame in 0..<frames {
            let start = 4 + frame * frameBytes
            entries.word("00db")
            for value in [0x10, start, pictureBytes] { entries.number32(value) }
            entries.word("01wb")
            for value in [0x10, start + pictureBytes + 8, samplesPerFrame * 4] {
                entries.number32(value)
            }
        }
        var bytes = RIFFBytes()
        bytes.add("idx1", entries.data)
        return bytes
    }
}

/// Bytes of a RIFF file as they are put together: words of four letters, numbers little-endian.
private struct RIFFBytes {
    private(set) var data = Data()

    mutating func word(_ text: String) { data.append(contentsOf: Array(text.utf8)) }

    mutating func number32(_ value: Int) {
        let bits = UInt32(truncatingIfNeeded: value)
        for shift in [0, 8, 16, 24] as [UInt32] {
            data.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
    }

    mutating func number16(_ value: Int) {
        data.append(UInt8(truncatingIfNeeded: value))
        data.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    /// A chunk; its content must have an even length.
    mutating func add(_ name: String, _ content: Data) {
        word(name)
        number32(content.count)
        data.append(content)
    }

    mutating func add(list name: String, _ content: Data) {
        word("LIST")
        number32(4 + content.count)
        word(name)
        data.append(content)
    }
}
