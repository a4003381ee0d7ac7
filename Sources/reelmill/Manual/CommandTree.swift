import ArgumentParser
import Foundation

/// The commands and their arguments, as the parser itself describes them.
struct CommandTree: Decodable {
    struct Name: Decodable {
        var kind: String
        var name: String
        /// `-o`, `--output`.
        var text: String { (kind == "short" ? "-" : kind == "long" ? "--" : "-") + name }
    }

    struct Argument: Decodable {
        var kind: String
        var abstract: String?
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var allValues: [String]?
        var isOptional: Bool
        var isRepeating: Bool
        var shouldDisplay: Bool
    }

    struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var arguments: [Argument]?
        var subcommands: [Command]?
        var shouldDisplay: Bool?
    }

    var command: Command

    static func read() throws -> CommandTree {
        do {
            _ = try Reelmill.parseAsRoot(["--experimental-dump-help"])
        } catch {
            let text = Reelmill.fullMessage(for: error)
            return try JSONDecoder().decode(CommandTree.self, from: Data(text.utf8))
        }
        preconditionFailure("the parser describes no commands")
    }

    /// Every command that help shows, with the words that name it.
    var pages: [(words: [String], command: Command)] {
        func all(_ command: Command, _ above: [String]) -> [([String], Command)] {
            guard command.shouldDisplay != false, command.commandName != "help" else { return [] }
            let words = above + [command.commandName]
            return [(words, command)] + (command.subcommands ?? []).flatMap { all($0, words) }
        }
        return all(command, [])
    }
}

extension CommandTree.Command {
    /// The discussion's paragraphs, and what stands under its headings such as `EXAMPLES`.
    var parts: (text: [String], sections: [(title: String, lines: [String])]) {
        var text: [String] = []
        var sections: [(title: String, lines: [String])] = []
        for line in (discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasSuffix(":"), line.first?.isUppercase == true,
                line.dropLast().allSatisfy({ $0.isUppercase || $0 == " " })
            {
                sections.append((String(line.dropLast()), []))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(String(line))
            } else {
                text.append(String(line))
            }
        }
        return (text, sections)
    }

    /// Its own examples, or those of its subcommands.
    var examples: [String] {
        let own = parts.sections.first { $0.title == "EXAMPLES" }?.lines ?? []
        let trimmed = own.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        return trimmed.isEmpty ? (subcommands ?? []).flatMap(\.examples) : trimmed
    }
}
