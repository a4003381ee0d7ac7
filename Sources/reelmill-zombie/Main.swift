internal import Foundation

/// A development tool: prints what Reelmill's ledger does with a zombie, as JSON, for
/// `scripts/zombie-test`, which sets it beside other engines.
@main struct ZombieMain {
    static func main() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        FileHandle.standardOutput.write(try encoder.encode(ZombieTest.run()) + Data("\n".utf8))
    }
}
