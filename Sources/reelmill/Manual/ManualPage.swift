import Foundation

/// One page of the manual, in the macros of man(7).
struct ManualPage {
    var words: [String]
    var command: CommandTree.Command
    /// Names of the other pages.
    var others: [String]

    var name: String { words.joined(separator: "-") }
    static let section = "1"

    var text: String {
        var page = [
            ".TH \(quoted(name.uppercased())) \(ManualPage.section) \"\" \(quoted("reelmill " + Reelmill.version)) \"Reelmill\"",
            ".SH NAME", "\(escaped(name)) \\- \(escaped(trimmed(command.abstract ?? "")))",
            ".SH SYNOPSIS", ".B " + escaped(words.joined(separator: " ")), escaped(synopsis),
        ]
        let parts = command.parts
        page += section("DESCRIPTION", paragraphs(parts.text))
        page += section(
            "COMMANDS",
            (command.subcommands ?? []).filter {
                $0.shouldDisplay != false && $0.commandName != "help"
            }
            .flatMap { [".TP", ".B " + escaped($0.commandName), escaped($0.abstract ?? "")] })
        page += section("OPTIONS", shown.flatMap(lines))
        for (title, lines) in parts.sections where title != "EXAMPLES" && title != "EXIT CODES" {
            page += section(title, verbatim(lines))
        }
        page += section("EXAMPLES", verbatim(command.examples))
        // A command's own codes say more than those of all.
        let codes = parts.sections.first { $0.title == "EXIT CODES" }?.lines
        page += section(
            "EXIT STATUS", verbatim(codes ?? ExitStatus.table.components(separatedBy: "\n")))
        page += section(
            "SEE ALSO",
            [
                others.filter { $0 != name }.map { "\(escaped($0))(\(ManualPage.section))" }.joined(
                    separator: ", ")
            ])
        return page.joined(separator: "\n") + "\n"
    }

    private var shown: [CommandTree.Argument] {
        (command.arguments ?? []).filter(\.shouldDisplay)
    }

    private var synopsis: String {
        let arguments = shown.map { argument in
            var text: String
            if argument.kind == "positional" {
                text = (argument.valueName ?? "").uppercased()
            } else {
                text = long(argument)
                if argument.kind == "option" { text += " " + (argument.valueName ?? "value") }
            }
            if argument.isRepeating { text += "..." }
            return argument.isOptional || argument.kind == "flag" ? "[\(text)]" : text
        }
        let below = (command.subcommands ?? []).isEmpty ? [] : ["COMMAND"]
        return (below + arguments).joined(separator: " ")
    }

    private func long(_ argument: CommandTree.Argument) -> String {
        let names = argument.names ?? []
        return (names.first { $0.kind == "long" } ?? names.first)?.text ?? ""
    }

    private func lines(_ argument: CommandTree.Argument) -> [String] {
        var head =
            argument.kind == "positional"
            ? (argument.valueName ?? "").uppercased()
            : (argument.names ?? []).map(\.text).joined(separator: ", ")
        if argument.kind == "option" { head += " " + (argument.valueName ?? "value") }
        var text = argument.abstract ?? ""
        if let values = argument.allValues, !values.isEmpty {
            text += " One of " + values.joined(separator: ", ") + "."
        }
        if let standard = argument.defaultValue, !standard.isEmpty {
            text += " Default: " + standard + "."
        }
        return [".TP", ".B " + escaped(head), escaped(text)]
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        let isEmpty = lines.allSatisfy { $0.isEmpty }
        return isEmpty ? [] : [".SH " + title] + lines
    }

    private func paragraphs(_ lines: [String]) -> [String] {
        lines.map { $0.isEmpty ? ".PP" : escaped($0) }.reversed().drop { $0 == ".PP" }.reversed()
    }

    private func verbatim(_ lines: [String]) -> [String] {
        let shown = lines.filter { !$0.isEmpty }
        return shown.isEmpty ? [] : [".nf"] + shown.map(escaped) + [".fi"]
    }

    private func trimmed(_ text: String) -> String {
        text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private func quoted(_ text: String) -> String { "\"\(text)\"" }

    /// Nothing of it is taken for a request or an escape, and hyphens can be copied as they are.
    private func escaped(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": plain += "\\e"
            case "-": plain += "\\-"
            case _ where scalar.isASCII: plain.unicodeScalars.append(scalar)
            default:
                // groff reads bytes; a character beyond ASCII has a name.
                let digits = String(scalar.value, radix: 16, uppercase: true)
                plain +=
                    "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
            }
        }
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
