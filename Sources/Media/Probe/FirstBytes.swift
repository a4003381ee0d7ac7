import Glibc
import TranscodeModel

/// Looks at how a file starts, before libav does.
enum FirstBytes {
    /// Refuses empty files and playlists, which name other files.
    static func refuseForeign(descriptor: Int32, name: String) throws(Failure) {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else {
            throw Failure(
                .transient, .sourceUnreadable,
                "\(name) cannot be read: \(String(cString: strerror(errno))). Retry.")
        }
        guard count > 0 else {
            throw Failure(.permanent, .sourceEmpty, "\(name) has no bytes. Upload it again.")
        }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        let isPlaylist =
            text.hasPrefix("#EXTM3U") || text.hasPrefix("ffconcat") || text.contains("<MPD")
        guard !isPlaylist else {
            throw Failure(
                .permanent, .externalReference,
                "\(name) is a playlist that names other files. Upload the media itself.")
        }
    }

    /// Whether a Matroska or WebM file's segment says that it goes on after the file's end (RFC 9559,
    /// section 5.1; the sizes are those of RFC 8794, section 6).
    static func isCutMatroska(descriptor: Int32, byteCount: Int64) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        var offset = 0
        /// An element's size, or nil where it is unknown or outside what was read.
        func size() -> Int64? {
            guard offset < count, bytes[offset] != 0 else { return nil }
            let length = bytes[offset].leadingZeroBitCount + 1
            guard offset + length <= count else { return nil }
            let first = Int64(bytes[offset]) & (1 << Int64(8 - length) - 1)
            let value = bytes[(offset + 1)..<(offset + length)].reduce(first) {
                $0 << 8 | Int64($1)
            }
            offset += length
            return value == 1 << Int64(7 * length) - 1 ? nil : value
        }
        func startsWith(_ identifier: [UInt8]) -> Bool {
            guard offset >= 0, offset + 4 <= count,
                Array(bytes[offset..<(offset + 4)]) == identifier
            else { return false }
            offset += 4
            return true
        }
        guard startsWith([0x1A, 0x45, 0xDF, 0xA3]), let header = size(), header < 1024 else {
            return false
        }
        offset += Int(header)
        guard startsWith([0x18, 0x53, 0x80, 0x67]), let segment = size() else { return false }
        return segment > byteCount - Int64(offset)
    }

    /// Whether a file that nothing could be decoded of is one that is encrypted by the Protected Interoperable File
    /// Format, which marks fragments by boxes of its own (PIFF 1.1, sections 5.3.1 to 5.3.3).
    static func isProtected(descriptor: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        let marks: [[UInt8]] = [
            [
                0xA2, 0x39, 0x4F, 0x52, 0x5A, 0x9B, 0x4F, 0x14, 0xA2, 0x44, 0x6C, 0x42, 0x7C, 0x64,
                0x8D, 0xF4,
            ],
            [
                0x89, 0x74, 0xDB, 0xCE, 0x7B, 0xE7, 0x4C, 0x51, 0x84, 0xF9, 0x71, 0x48, 0xF9, 0x88,
                0x25, 0x54,
            ],
            [
                0xD0, 0x8A, 0x4F, 0x18, 0x10, 0xF3, 0x4A, 0x82, 0xB6, 0xC8, 0x32, 0xD8, 0xAB, 0xA1,
                0x83, 0xD3,
            ],
        ]
        return (0..<max(0, count - 15)).contains { start in
            marks.contains { mark in
                bytes[start] == mark[0] && bytes[start..<(start + 16)].elementsEqual(mark)
            }
        }
    }

    /// The failure for a file that no demuxer accepts.
    static func unopened(descriptor: Int32, name: String) -> Failure {
        var bytes = [UInt8](repeating: 0, count: 12)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let head = bytes[..<max(0, min(count, 12))]
        if head.count == 12, Array(head[4..<8]) == Array("ftyp".utf8) {
            return Failure(
                .permanent, .truncated,
                "\(name) is an MP4 file without its index, so it was cut. Upload it again.")
        }
        let isWebP =
            head.starts(with: Array("RIFF".utf8)) && head.dropFirst(8) == Array("WEBP".utf8)[...]
        if let kind = isWebP ? "WebP" : pictures.first(where: { head.starts(with: $0.start) })?.name
        {
            return Failure(
                .permanent, .notMedia,
                "\(name) is a still picture (\(kind)) and not a video. Upload a video.")
        }
        return Failure(
            .permanent, .notMedia,
            "\(name) is not a media file of a known, self-contained format. Upload a video.")
    }

    /// How files of still pictures start.
    private static let pictures: [(name: String, start: [UInt8])] = [
        ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("JPEG", [0xFF, 0xD8, 0xFF]),
        ("BMP", [0x42, 0x4D]), ("TIFF", [0x49, 0x49, 0x2A, 0]), ("TIFF", [0x4D, 0x4D, 0, 0x2A]),
    ]
}
