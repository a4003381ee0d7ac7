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
