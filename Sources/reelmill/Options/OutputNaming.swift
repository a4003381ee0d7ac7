import Foundation

/// Where the outputs of several inputs go below one directory.
enum OutputNaming {
    /// One directory for each input: its name without the extension, or with it where two inputs
    /// would meet (`talk.mov` and `talk.mp4` become `talk.mov` and `talk.mp4`), and with a number where
    /// they still do. `names` are relative paths; the same names in the same order give the same result.
    static func folders(_ names: [String]) -> [String] {
        let stems = names.map { ($0 as NSString).deletingPathExtension }
        var counts: [String: Int] = [:]
        for stem in stems { counts[stem, default: 0] += 1 }
        var used: Set<String> = []
        return zip(names, stems).map { name, stem in
            let base = counts[stem] == 1 ? stem : name
            var folder = base
            var number = 2
            while !used.insert(folder).inserted {
                folder = "\(base)-\(number)"
                number += 1
            }
            return folder
        }
    }
}
