import Foundation

/// Where outputs and ledgers of the run are.
struct Scratch {
    let root: String
    private let isKept: Bool

    init(keep: String?) throws {
        root = keep ?? NSTemporaryDirectory() + "reelmill-corpus-\(getpid())"
        isKept = keep != nil
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: true)
    }

    func folder(_ path: String, _ profile: String) -> String {
        "\(root)/\((path as NSString).lastPathComponent)/\(profile)"
    }

    /// Removes what was made so far.
    func empty() {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: root) {
                try FileManager.default.removeItem(atPath: root + "/" + name)
            }
        } catch { FileHandle.standardError.write(Data("\(root): \(error)\n".utf8)) }
    }

    func remove() {
        guard !isKept else { return }
        do { try FileManager.default.removeItem(atPath: root) } catch {
            FileHandle.standardError.write(Data("\(root): \(error)\n".utf8))
        }
    }
}
