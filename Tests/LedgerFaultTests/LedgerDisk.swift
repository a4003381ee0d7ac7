import Foundation
import Ledger
import TranscodeModel

/// A ledger file on the faulty disk, and what its files hold at a moment.
final class LedgerDisk {
    /// The bytes of a ledger's files.
    struct Image: Sendable {
        var main: Data?
        var log: Data?
    }

    private let scratch: Scratch
    private let bug: PlantedBug?
    let time = StoryTime()

    init(_ image: Image, bug: PlantedBug? = nil) throws {
        scratch = try Scratch()
        self.bug = bug
        try image.main?.write(to: URL(fileURLWithPath: path))
        try image.log?.write(to: URL(fileURLWithPath: path + "-wal"))
    }

    private var path: String { scratch.file("ledger.sqlite") }

    func open() throws -> any Ledger {
        try SQLiteLedger.open(at: path, clock: time.clock, plantedBug: bug)
    }

    /// As a crash of the process would leave it, since nothing is written at the moment.
    func image() throws -> Image {
        Image(main: try bytes(path), log: try bytes(path + "-wal"))
    }

    func contents() throws -> TableContents { try TableContents(ofFile: path) }

    private func bytes(_ path: String) throws -> Data? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }
}
