import Foundation
import Testing

/// A command line that the documentation shows, and how it says that it ends.
struct DocumentedLine: CustomStringConvertible {
    /// The page and the line in it, or the command whose help it is.
    var place: String
    var text: String
    /// 0 unless the page says otherwise.
    var status: Int32 = 0

    var description: String { "\(place): \(text)" }

    /// Names `reelmill`, or a script of the project.
    var isOurs: Bool {
        ShellWords.commands(text).contains {
            $0.first == "reelmill" || $0.first?.hasPrefix("scripts/") == true
        }
    }
}

/// Lines that stand together: each may need what the ones before it did.
struct DocumentedBlock: CustomStringConvertible {
    var place: String
    var lines: [DocumentedLine]
    var description: String { place }
}

enum Documentation {
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The README and every page of docs: one block a page, in the order of its lines.
    static func pages() throws -> [DocumentedBlock] {
        let docs = try FileManager.default.contentsOfDirectory(atPath: package.path + "/docs")
            .filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
        return try (["README.md"] + docs).map { page in
            let text = try String(
                contentsOf: package.appending(path: page), encoding: .utf8)
            return DocumentedBlock(place: page, lines: lines(of: text, page))
        }
    }

    /// Of `sh` blocks every line, of `console` blocks those after `$ `. A line that ends in a backslash goes on in the next.
    /// `# ends with N`, or in a console `$ echo $?` and N, is the exit code.
    static func lines(of markdown: String, _ page: String) -> [DocumentedLine] {
        var found: [DocumentedLine] = []
        var fence: Substring?
        var pending = ""
        var asksStatus = false
        for (number, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```") {
                fence = fence == nil ? line.dropFirst(3) : nil
                continue
            }
            guard fence == "sh" || fence == "console" else { continue }
            if asksStatus, let status = Int32(line) {
                found[found.count - 1].status = status
            }
            asksStatus = false
            var text = String(line)
            if fence == "console", pending.isEmpty {
                guard line.hasPrefix("$ ") else { continue }
                text.removeFirst(2)
            }
            if text == "echo $?" {
                asksStatus = !found.isEmpty
                continue
            }
            text = pending + text.trimmingCharacters(in: .whitespaces)
            pending = ""
            if text.hasSuffix("\\") {
                pending = String(text.dropLast())
                continue
            }
            if text.isEmpty || text.hasPrefix("#") { continue }
            var status: Int32 = 0
            if let said = text.firstMatch(of: /#.*\bends with ([0-9]+)/) {
                status = Int32(said.1) ?? 0
            }
            found.append(
                DocumentedLine(place: "\(page):\(number + 1)", text: text, status: status))
        }
        return found
    }

    /// The examples in the help of every command, each for itself.
    static func examples() throws -> [DocumentedLine] {
        var found: [DocumentedLine] = []
        for (name, discussion) in try HelpDump.read().discussions {
            var isExample = false
            for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
                if line == "EXAMPLES:" {
                    isExample = true
                } else if line.isEmpty {
                    isExample = false
                }
                guard isExample, line.hasPrefix("  ") else { continue }
                found.append(
                    DocumentedLine(
                        place: "\(name) --help", text: line.trimmingCharacters(in: .whitespaces)))
            }
        }
        return found
    }
}

/// What `--experimental-dump-help` tells of the commands.
struct HelpDump: Decodable {
    struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var subcommands: [Command]?
        var shouldDisplay: Bool?
    }

    var command: Command

    static func read() throws -> HelpDump {
        let scene = try Scene()
        let ending = try scene.reelmill(["--experimental-dump-help"])
        try #require(ending.status == 0, "\(ending.errors)")
        return try JSONDecoder().decode(HelpDump.self, from: Data(ending.output.utf8))
    }

    /// Of every command that help shows, by its whole name.
    var commands: [(name: String, command: Command)] {
        func all(_ command: Command, _ prefix: String) -> [(String, Command)] {
            let name = prefix + command.commandName
            guard command.shouldDisplay != false, command.commandName != "help" else { return [] }
            return [(name, command)]
                + (command.subcommands ?? []).flatMap { all($0, name + " ") }
        }
        return all(command, "")
    }

    var discussions: [(String, String)] {
        commands.map { ($0.name, $0.command.discussion ?? "") }
    }
}
