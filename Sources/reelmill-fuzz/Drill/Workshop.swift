import Foundation

/// The programs and the directories of a run.
struct Workshop {
    /// Scratch, removed at the end.
    let folder: String
    let executable: String
    let worker: String
    /// Where inputs of contained crashes go too; nil keeps those of findings only.
    let keep: String?

    init(worker: String?, keep: String?) throws {
        executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        let beside = URL(fileURLWithPath: executable).deletingLastPathComponent()
            .appendingPathComponent("reelmill-worker").path
        self.worker = worker ?? beside
        self.keep = keep
        guard FileManager.default.isExecutableFile(atPath: self.worker) else {
            throw FuzzFault("\(self.worker) is missing: build it first, or use scripts/fuzz")
        }
        folder = NSTemporaryDirectory() + "reelmill-fuzz-\(UUID().uuidString)"
        for path in [folder, folder + "/inputs"] + (keep.map { [$0] } ?? []) {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
    }

    /// Copies an input to where it stays.
    func kept(_ input: String, as name: String) throws -> String {
        try Workshop.kept(input, as: name, keep: keep)
    }

    static func kept(_ input: String, as name: String, keep: String?) throws -> String {
        let home = keep ?? NSTemporaryDirectory() + "reelmill-fuzz-findings"
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true)
        let path = home + "/" + name
        try Data(contentsOf: URL(fileURLWithPath: input)).write(to: URL(fileURLWithPath: path))
        return path
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }
}
