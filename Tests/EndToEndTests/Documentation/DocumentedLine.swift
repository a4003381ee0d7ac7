import Foundation
import Testing

/// A command line that the documentation shows, and how it says that it ends.
struct DocumentedLine: CustomStringConvertible {
    /// The page and the line in it, or the command whose help it is.
    var place: String
    var text: String
    /// 0 unless the page says otherwise.
    var status: Int32 = 0
    /// What the page shows of its output.
    var shown: [String] = []

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

    /// The README, the page for contributors and every page of docs and the folders below it.
    static func texts() throws -> [(page: String, text: String)] {
        let docs = try FileManager.default.subpathsOfDirectory(atPath: package.path + "/docs")
            .filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
        return try (["README.md", "CONTRIBUTING.md"] + docs).map { page in
            (page, try String(contentsOf: package.appending(path: page), encoding: .utf8))
        }
    }

    /// One block a page, in the order of its lines.
    static func pages() throws -> [DocumentedBlock] {
        try texts().map { DocumentedBlock(place: $0, lines: lines(of: $1, $0)) }
    }

    /// Commands that stand between backticks in prose, in which capitals stand for what a reader puts there.
    static func mentions(of markdown: String, _ page: String) -> [DocumentedLine] {
        let prose = markdown.split(separator: "\n```", omittingEmptySubsequences: false)
            .enumerated()
            .filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined(separator: "\n\n")
        return prose.matches(of: /`(reelmill\s[^`]+)`/).map { match in
            DocumentedLine(
                place: page,
                text: match.1.split(whereSeparator: \.isWhitespace).joined(separator: " "))
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
                guard line.hasPrefix("$ ") else {
                    if !found.isEmpty, !line.isEmpty, line != "…", Int32(line) == nil {
                        found[found.count - 1].shown.append(text)
                    }
                    continue
                }
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
