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

    /// Refuses a Matroska or WebM file whose segment says that it goes on after the file's end (RFC 9559,
    /// section 5.1; the sizes are those of RFC 8794, section 6).
    static func refuseCutMatroska(
        descriptor: Int32, name: String, byteCount: Int64
    ) throws(Failure) {
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
            return
        }
        offset += Int(header)
        guard startsWith([0x18, 0x53, 0x80, 0x67]), let segment = size() else { return }
        guard segment <= byteCount - Int64(offset) else {
            throw Failure(
                .permanent, .truncated,
                "\(name) is cut short: it says that it has \(segment + Int64(offset)) bytes, but has "
                    + "\(byteCount). Upload it again.")
        }
    }

    /// The failure for a file that no demuxer accepts: a cut MP4 says so.
    static func unopened(descriptor: Int32, name: String) -> Failure {
        var bytes = [UInt8](repeating: 0, count: 12)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        if count == 12, Array(bytes[4..<8]) == Array("ftyp".utf8) {
            return Failure(
                .permanent, .truncated,
                "\(name) is an MP4 file without its index, so it was cut. Upload it again.")
        }
        return Failure(
            .permanent, .notMedia,
            "\(name) is not a media file of a known, self-contained format. Upload a video.")
    }
}
