import Foundation

/// `key: value` lines of `$REELMILL_CONFIG`, else `$XDG_CONFIG_HOME/reelmill/config.yaml`, else
/// `~/.config/reelmill/config.yaml`. A missing file is an empty one, unless it was named.
struct ConfigFile {
    static let allowedKeys =
        ["log-format", "profile", "sandbox", "state", "worker", "workers"]
        + LimitSettings.keys.map(\.name) + DiskSettings.keys
    var values: [String: String] = [:]

    static func read(environment: [String: String]) throws -> ConfigFile {
        if let named = environment["REELMILL_CONFIG"], !named.isEmpty {
            return try parse(try contents(of: named), path: named)
        }
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let path = (base ?? NSHomeDirectory() + "/.config") + "/reelmill/config.yaml"
        guard FileManager.default.fileExists(atPath: path) else { return ConfigFile() }
        return try parse(try contents(of: path), path: path)
    }

    private static func contents(of path: String) throws -> String {
        // Read as a stream, so that /dev/null is an empty file.
        guard let file = FileHandle(forReadingAtPath: path),
            let text = String(data: file.readDataToEndOfFile(), encoding: .utf8)
        else {
            throw CommandFault(
                .usage,
                "\(path): cannot read the config file; check that it exists and is UTF-8 text")
        }
        return text
    }

    static func parse(_ text: String, path: String) throws -> ConfigFile {
        var file = ConfigFile()
        for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = raw.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
            if line.isEmpty { continue }
            let parts = line.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2, !parts[1].isEmpty, allowedKeys.contains(parts[0]) else {
                throw CommandFault(
                    .usage,
                    "\(path):\(number + 1): expected “key: value” with a key of \(allowedKeys.joined(separator: ", "))"
                )
            }
            file.values[parts[0]] = parts[1]
        }
        return file
    }
}
