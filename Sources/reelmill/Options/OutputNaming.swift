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

/// Names a directory for each of a great many inputs: its name without the extension, or with it where that is the name of
/// another input (`talk.mov` and `talk.mp4` become `talk.mov` and `talk.mp4`) or of a folder of inputs, and with a number
/// where they still meet.
///
/// Names are relative paths. First all are counted, and then each is named, in the same order: the same names in the same
/// order give the same result. What is kept of a name is a hash of eight bytes; where two names share one, the second gets a
/// number that it does not need.
struct OutputFolders {
    private var counts: [UInt64: UInt32] = [:]
    /// Folders of inputs: an output of that name would hold those below it.
    private var folders: Set<UInt64> = []
    private var used: Set<UInt64> = []

    mutating func count(_ name: String) {
        counts[PathHash.of((name as NSString).deletingPathExtension), default: 0] += 1
        for folder in PathHash.ancestors(name) { folders.insert(folder) }
    }

    mutating func folder(for name: String) -> String {
        let stem = (name as NSString).deletingPathExtension
        let hash = PathHash.of(stem)
        let base = counts[hash] == 1 && !folders.contains(hash) ? stem : name
        var folder = base
        var number = 2
        while folders.contains(PathHash.of(folder))
            || !used.insert(PathHash.of(folder)).inserted
        {
            folder = "\(base)-\(number)"
            number += 1
        }
        return folder
    }
}

/// Outputs that rows of a catalogue have. Two of one would take each other's place again and again; one within another
/// would be part of it.
struct TakenOutputs {
    private var taken: Set<UInt64> = []
    private var ancestors: Set<UInt64> = []

    /// False for one that was taken before, or is within one that was, or around it.
    mutating func take(_ output: String) -> Bool {
        let hash = PathHash.of(output)
        let above = PathHash.ancestors(output)
        guard !ancestors.contains(hash), !above.contains(where: taken.contains),
            taken.insert(hash).inserted
        else { return false }
        ancestors.formUnion(above)
        return true
    }
}

/// Eight bytes that stand for a path.
private enum PathHash {
    private static let start: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01b3

    /// FNV-1a, the same in every process (Fowler, Noll, Vo; draft-eastlake-fnv).
    static func of(_ path: String) -> UInt64 {
        path.utf8.reduce(start) { ($0 ^ UInt64($1)) &* prime }
    }

    /// Of the folders above it.
    static func ancestors(_ path: String) -> [UInt64] {
        var hash = start
        var found: [UInt64] = []
        for byte in path.utf8 {
            if byte == UInt8(ascii: "/"), hash != start { found.append(hash) }
            hash = (hash ^ UInt64(byte)) &* prime
        }
        return found
    }
}
