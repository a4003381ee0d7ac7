import Foundation

/// Where the outputs of several inputs go below one directory.
enum OutputNaming {
    /// One directory for each input, as `OutputFolders` names them.
    static func folders(_ names: [String]) -> [String] {
        var folders = OutputFolders()
        for name in names { folders.count(name) }
        return names.map { folders.folder(for: $0) }
    }
}

/// Names a directory for each of a great many inputs: its name without the extension, or with it where two inputs would
/// meet (`talk.mov` and `talk.mp4` become `talk.mov` and `talk.mp4`), and with a number where they still do.
///
/// Names are relative paths. First all are counted, and then each is named, in the same order: the same names in the same
/// order give the same result. What is kept of a name is a hash of eight bytes; where two names share one, the second gets a
/// number that it does not need.
struct OutputFolders {
    private var counts: [UInt64: UInt32] = [:]
    private var used: Set<UInt64> = []

    mutating func count(_ name: String) {
        counts[Self.hash((name as NSString).deletingPathExtension), default: 0] += 1
    }

    mutating func folder(for name: String) -> String {
        let stem = (name as NSString).deletingPathExtension
        let base = counts[Self.hash(stem)] == 1 ? stem : name
        var folder = base
        var number = 2
        while !used.insert(Self.hash(folder)).inserted {
            folder = "\(base)-\(number)"
            number += 1
        }
        return folder
    }

    /// FNV-1a, the same in every process (Fowler, Noll, Vo; draft-eastlake-fnv).
    fileprivate static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

/// Outputs that rows of a catalogue have: two of one would take each other's place again and again.
struct TakenOutputs {
    private var taken: Set<UInt64> = []

    /// False for one that was taken before.
    mutating func take(_ output: String) -> Bool {
        taken.insert(OutputFolders.hash(output)).inserted
    }
}
