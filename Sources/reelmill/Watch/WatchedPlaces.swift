import ContentDigest
import Foundation
import Ledger
import Packager
import TranscodeModel

/// Which places below the output are promised to jobs that are under way. One output never lies within another: what is
/// published is whole, and nothing is added to it.
struct WatchedPlaces {
    struct Promise {
        var job: JobID
        /// What names the job's work.
        var content: Digest
    }

    /// Above all places; absolute.
    let output: String
    private(set) var promises: [String: Promise] = [:]
    /// How many promised places each folder has below it.
    private var below: [String: Int] = [:]

    init(output: String) { self.output = output }

    mutating func promise(_ place: String, _ promise: Promise) {
        guard place.hasPrefix(output + "/") else { return }
        if promises.updateValue(promise, forKey: place) == nil {
            for folder in ancestors(place) { below[folder, default: 0] += 1 }
        }
    }

    /// The job has ended: what it published is seen at the place itself, and otherwise the place is free.
    mutating func release(_ place: String) {
        guard promises.removeValue(forKey: place) != nil else { return }
        for folder in ancestors(place) {
            let left = (below[folder] ?? 1) - 1
            below[folder] = left > 0 ? left : nil
        }
    }

    /// Promises that keep a job from a place: at it, around it, or within it.
    func conflicts(_ place: String) -> [String] {
        var found = ([place] + ancestors(place)).filter { promises[$0] != nil }
        if below[place] != nil { found += promises.keys.filter { $0.hasPrefix(place + "/") } }
        return found
    }

    /// The published output that a place would lie within.
    func publishedAround(_ place: String) -> String? {
        ancestors(place).first {
            FileManager.default.fileExists(atPath: $0 + "/" + OutputLayout.receiptPath)
        }
    }

    /// The folders above a place, below the output, the deepest first.
    private func ancestors(_ place: String) -> [String] {
        var found: [String] = []
        var folder = (place as NSString).deletingLastPathComponent
        while folder.count > output.count {
            found.append(folder)
            folder = (folder as NSString).deletingLastPathComponent
        }
        return found
    }

    /// Where the output of a file may go, the best first: its name as `backfill` has it; the name with its extension, when
    /// another video has the first; with the beginning of its digest, when that place is taken too, as it is by
    /// what the file was before it was replaced; and beside all folders, when a folder of its name is an output.
    static func candidates(_ name: String, _ digest: Digest?) -> [String] {
        let stem = (name as NSString).deletingPathExtension
        guard let digest else { return [stem, name] }
        let unique = "\(stem)-\(digest.hex.prefix(8))"
        return [stem, name, unique]
            + (stem.contains("/") ? [unique.replacing("/", with: "-")] : [])
    }
}
