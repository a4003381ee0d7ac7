/// The simple commands of a line of shell, as words. Knows quotes, comments, pipes, lists and redirections, and no more:
/// what documentation needs.
enum ShellWords {
    /// Assignments before a command and `sudo` with its options are left out.
    static func commands(_ line: String) -> [[String]] {
        var commands: [[String]] = [[]]
        var word: String?
        var quote: Character?
        var skipsNext = false
        func end() {
            if let done = word, !skipsNext { commands[commands.count - 1].append(done) }
            if word != nil { skipsNext = false }
            word = nil
        }
        var rest = Substring(line)
        while let character = rest.popFirst() {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
                continue
            }
            switch character {
            case "'", "\"":
                quote = character
                word = word ?? ""
            case "\\": if let next = rest.popFirst() { word = (word ?? "") + String(next) }
            case " ", "\t": end()
            case "#" where word == nil: return clean(commands)
            case "|", ";", "&":
                end()
                if rest.first == character { rest.removeFirst() }
                commands.append([])
            case ">", "<":
                // The number of a descriptor belongs to the redirection.
                if let number = word, number.allSatisfy(\.isNumber) { word = nil }
                end()
                if rest.first == ">" || rest.first == "&" { rest.removeFirst() }
                skipsNext = true
            default: word = (word ?? "") + String(character)
            }
        }
        end()
        return clean(commands)
    }

    private static func clean(_ commands: [[String]]) -> [[String]] {
        commands.map { words in
            var words = words[...]
            while let first = words.first {
                if first.contains("="), !first.hasPrefix("-") {
                    words.removeFirst()
                } else if first == "sudo" {
                    words.removeFirst()
                    while words.first?.hasPrefix("-") == true {
                        if words.removeFirst() == "-u" { _ = words.popFirst() }
                    }
                } else {
                    break
                }
            }
            return Array(words)
        }.filter { !$0.isEmpty }
    }
}
