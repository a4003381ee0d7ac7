import ArgumentParser
import Foundation

/// For packagers: not shown in the help.
struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the manual's pages into a directory.",
        discussion: """
            EXAMPLES:
              reelmill manual man1
            """, shouldDisplay: false)

    @Argument(help: "The directory; it is made if it is missing.", completion: .directory)
    var directory: String

    func run() throws {
        let pages = try CommandTree.read().pages
        let names = pages.map { $0.words.joined(separator: "-") }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            for (words, command) in pages {
                let page = ManualPage(words: words, command: command, others: names)
                try page.text.write(
                    toFile: "\(directory)/\(page.name).\(ManualPage.section)", atomically: true,
                    encoding: .utf8)
            }
        } catch {
            throw CommandFault(
                .usage,
                "\(directory): the manual cannot be written there. Choose another directory.")
        }
    }
}
