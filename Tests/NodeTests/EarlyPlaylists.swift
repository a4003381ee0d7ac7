import Foundation

/// Reads an early output as a player does, again and again, and notes all that no player should see.
final class EarlyPlaylists {
    private let root: String
    /// What each playlist said when it was looked at last, without its type and its end.
    private var lines: [String: [String]] = [:]
    /// The bytes of each range, as they were when they were named first.
    private var ranges: [String: Data] = [:]
    private var finished: Set<String> = []
    private(set) var violations: [String] = []
    /// Looks that found playlists that were not finished.
    private(set) var unfinishedLooks = 0
    /// How often a playlist was found longer than before.
    private(set) var growths = 0

    init(_ root: String) { self.root = root }

    private func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: root + "/" + path).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The whole, once. What is not there yet, or not any more, is nothing to say against.
    func look() {
        guard let master = read("master.m3u8") else {
            // It comes and goes with all the rest.
            if FileManager.default.fileExists(atPath: root + "/video"),
                !FileManager.default.fileExists(atPath: root + "/master.m3u8")
            {
                violations.append("there are tracks, and no master playlist")
            }
            return
        }
        guard master.hasPrefix("#EXTM3U\n"), master.hasSuffix("\n") else {
            violations.append("the master playlist is cut off: \(master)")
            return
        }
        var isUnfinished = false
        for uri in Self.uris(master) {
            guard let text = read(uri) else {
                if FileManager.default.fileExists(atPath: root) {
                    violations.append("\(uri) is named, and not there")
                }
                continue
            }
            check(uri, text)
            if text.contains("PLAYLIST-TYPE:EVENT") { isUnfinished = true }
        }
        if isUnfinished { unfinishedLooks += 1 }
    }

    /// Again and again, for as long as something is so.
    func look(while isSo: () -> Bool) {
        while isSo() {
            look()
            usleep(1000)
        }
    }

    private static func uris(_ master: String) -> [String] {
        master.split(separator: "\n").compactMap { line in
            if !line.hasPrefix("#") { return String(line) }
            guard line.hasPrefix("#EXT-X-MEDIA") || line.hasPrefix("#EXT-X-I-FRAME"),
                let range = line.range(of: "URI=\"")
            else { return nil }
            return String(line[range.upperBound...].prefix { $0 != "\"" })
        }
    }

    private func check(_ uri: String, _ text: String) {
        let isFinished = text.hasSuffix("#EXT-X-ENDLIST\n")
        let all = text.split(separator: "\n").map(String.init)
        let type = isFinished ? "#EXT-X-PLAYLIST-TYPE:VOD" : "#EXT-X-PLAYLIST-TYPE:EVENT"
        guard text.hasPrefix("#EXTM3U\n"), text.hasSuffix("\n"), all.contains(type) else {
            return violations.append("\(uri) is neither an event nor a film: \(text)")
        }
        if finished.contains(uri), !isFinished { violations.append("\(uri) is open again") }
        if isFinished { finished.insert(uri) }
        let own = all.filter { $0 != type && $0 != "#EXT-X-ENDLIST" }
        let before = lines[uri] ?? []
        if !own.starts(with: before) { violations.append("\(uri) has lost or changed a line") }
        if own.count > before.count { growths += 1 }
        lines[uri] = own
        checkTimes(uri, own)
        if uri.hasSuffix(".m3u8"), !uri.hasPrefix("text/") { checkRanges(uri, own) }
    }

    /// No segment is longer than the target, rounded, says.
    private func checkTimes(_ uri: String, _ lines: [String]) {
        let target = lines.first { $0.hasPrefix("#EXT-X-TARGETDURATION:") }
            .flatMap { Double($0.split(separator: ":")[1]) }
        let longest = lines.filter { $0.hasPrefix("#EXTINF:") }
            .compactMap { Double($0.dropFirst(8).dropLast()) }.max()
        guard let target, let longest, longest.rounded() <= target else {
            return violations.append("\(uri) has a segment longer than its target")
        }
    }

    /// Each range is there, starts with the box that it should, and is what it was before.
    private func checkRanges(_ uri: String, _ lines: [String]) {
        let file = uri.replacing("-iframes", with: "").replacing(".m3u8", with: ".mp4")
        guard let handle = FileHandle(forReadingAtPath: root + "/" + file) else {
            if FileManager.default.fileExists(atPath: root) {
                violations.append("\(file) is named, and not there")
            }
            return
        }
        defer { handle.closeFile() }
        for line in lines where line.contains("BYTERANGE") {
            let digits = line.split { !$0.isNumber && $0 != "@" }.last { $0.contains("@") } ?? ""
            let parts = digits.split(separator: "@").compactMap { UInt64($0) }
            guard parts.count == 2 else {
                violations.append("\(uri): \(line) is no range")
                continue
            }
            let key = "\(file) \(digits)"
            let known = ranges[key]
            if known != nil, !finished.contains(uri) { continue }
            handle.seek(toFileOffset: parts[1])
            let bytes = handle.readData(ofLength: Int(parts[0]))
            let box = line.hasPrefix("#EXT-X-MAP") ? "ftyp" : "moof"
            if bytes.count != Int(parts[0]) || bytes.dropFirst(4).prefix(4) != Data(box.utf8) {
                violations.append("\(uri): \(line) is not there")
            }
            if let known, known != bytes { violations.append("\(uri): \(line) has changed") }
            ranges[key] = bytes
        }
    }
}
