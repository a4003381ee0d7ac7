import Foundation

/// Where the outputs of several inputs go below one directory.
enum OutputNaming {
    /// One directory for each input: its name without the extension, or with it where two inputs
    /// would meet (`talk.mov` and `talk.mp4` become `talk.mov` and `talk.mp4`). `names` are relative paths.
    static func folders(_ names: [String]) -> [String] {
        let stems = names.map { ($0 as NSString).deletingPathExtension }
        var counts: [String: Int] = [:]
        for stem in stems { counts[stem, default: 0] += 1 }
        return zip(names, stems).map { counts[$1] == 1 ? $1 : $0 }
    }
}
