import ArgumentParser
import Foundation
import Testing

@testable import reelmill

/// A reader who types what a page shows gets what the page says. New pages in docs are found by themselves.
///
/// Whoever documents a command that cannot be run here puts the line into `UnrunLines` with the reason; a file or a path
/// that a page names is made in `DocumentationPlace`.
@Suite("Documentation: every command line works as it stands", .serialized)
struct DocumentationTests {
    private func check(_ line: DocumentedLine, _ place: DocumentationPlace) throws {
        guard UnrunLines.reasons[line.bare] == nil, !UnrunLines.isScript(line) else { return }
        try place.prepare(line)
        let text = place.local(line)
        let ending: Scene.Ending
        var expected = [line.status]
        if UnrunLines.isEndless(line) {
            ending = try place.runForAWhile(text)
            // SIGTERM ends it, with the code of that.
            expected = [143]
        } else if line.text.contains("--wait") || line.text.contains("--no-node") {
            ending = try place.runBesideNode(text)
        } else {
            ending = try place.run(text)
        }
        #expect(
            expected.contains(ending.status),
            """
            \(line) ends with \(ending.status) where \(expected) is documented. Run as: \(text)
            \(ending.output.suffix(1000))\(ending.errors.suffix(2000))
            """)
    }

    @Test("every example of every --help, each for itself")
    func examples() throws {
        let place = try DocumentationPlace()
        let examples = try Documentation.examples()
        #expect(examples.count > 50)
        for line in examples where UnrunLines.reasons[line.bare] == nil {
            try place.reset()
            try check(line, place)
        }
    }

    @Test("every line of README and docs, page by page, in the order of the page")
    func pages() throws {
        let place = try DocumentationPlace()
        let pages = try Documentation.pages()
        #expect(pages.contains { $0.place == "README.md" } && pages.count > 8)
        for page in pages where page.lines.contains(where: \.isOurs) {
            try place.reset()
            for line in page.lines where line.isOurs { try check(line, place) }
        }
    }

    @Test("every line is understood: commands and flags that it names exist")
    func parsing() throws {
        let lines = try Documentation.pages().flatMap(\.lines) + Documentation.examples()
        #expect(lines.contains { $0.isOurs })
        for line in lines {
            for words in ShellWords.commands(line.text) {
                guard let program = words.first else { continue }
                if program.hasPrefix("scripts/") {
                    let path = Documentation.package.appending(path: program).path
                    #expect(FileManager.default.isExecutableFile(atPath: path), "\(line)")
                } else if program == "reelmill", line.status != 2 {
                    #expect(throws: Never.self, "\(line)") {
                        _ = try DocumentationTests.parse(Array(words.dropFirst()))
                    }
                }
            }
        }
    }

    @Test("lines that are not run are still documented, so that the list does not outlive them")
    func list() throws {
        let lines = try Documentation.pages().flatMap(\.lines) + Documentation.examples()
        let texts = Set(lines.map(\.bare))
        for line in UnrunLines.reasons.keys { #expect(texts.contains(line), "\(line)") }
    }

    @Test("a command that does not exist, and a flag that was renamed, are noticed")
    func teeth() throws {
        for words in [
            ["transmogrify", "talk.mov"], ["transcode", "talk.mov", "--outputs", "out"],
            ["run", "--workers", "many"], ["tenant", "set"],
        ] {
            #expect(throws: (any Error).self) { _ = try DocumentationTests.parse(words) }
        }
        let page = """
            ```sh
            reelmill run  --workers \\
              2  # a node
            false   # ends with 3
            ```
            ```console
            $ reelmill verify out
            out: broken
            $ echo $?
            5
            ```
            ```
            reelmill not this
            ```
            """
        let lines = Documentation.lines(of: page, "page")
        #expect(lines.map(\.bare) == ["reelmill run --workers 2", "false", "reelmill verify out"])
        #expect(lines.map(\.status) == [0, 3, 5])
        #expect(lines.map(\.isOurs) == [true, false, true])
        #expect(
            ShellWords.commands("A=1 sudo -u x reelmill list '--a b' 2> f | cat && scripts/x;y # z")
                == [["reelmill", "list", "--a b"], ["cat"], ["scripts/x"], ["y"]])
    }

    /// As the command line is parsed; help and version count as understood.
    private static func parse(_ words: [String]) throws {
        do { _ = try Reelmill.parseAsRoot(words) } catch {
            guard Reelmill.exitCode(for: error).isSuccess else { throw error }
        }
    }
}

extension DocumentedLine {
    /// Without its comment, and with single blanks.
    fileprivate var bare: String {
        let end = text.firstMatch(of: /\s+#\s.*$/)?.range.lowerBound ?? text.endIndex
        return text[..<end].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
