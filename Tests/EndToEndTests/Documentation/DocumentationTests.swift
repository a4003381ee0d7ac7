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
        guard !line.shown.isEmpty else { return }
        let shapes = place.shapes(ending.output + "\n" + ending.errors)
        for shown in line.shown where UnrunLines.unseen[shown] == nil {
            #expect(
                shapes.contains(DocumentationPlace.shape(shown)),
                """
                \(line) does not say “\(shown)” but
                \(ending.output.suffix(2000))\(ending.errors.suffix(2000))
                """)
        }
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

    @Test("every line of README, CONTRIBUTING and docs, page by page, in the order of the page")
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
                    #expect(UnrunLines.scripts[program] != nil, "\(line)")
                } else if !line.isOurs {
                    #expect(UnrunLines.others[program] != nil, "\(line): it is not run")
                }
                if let inner = DocumentationTests.inner(words), line.status != 2 {
                    #expect(throws: Never.self, "\(line)") {
                        _ = try DocumentationTests.parse(inner)
                    }
                }
            }
        }
    }

    /// What reelmill is given, by itself or as the image of a container.
    private static func inner(_ words: [String]) -> [String]? {
        if words.first == "reelmill" { return Array(words.dropFirst()) }
        guard words.starts(with: ["podman", "run"]), let image = words.firstIndex(of: "reelmill")
        else { return nil }
        let inner = Array(words[(image + 1)...])
        return inner.isEmpty ? ["run"] : inner
    }

    @Test("commands in prose exist, with the flags that they are named with")
    func prose() throws {
        let commands = Set(try HelpDump.read().commands.map(\.name))
        var count = 0
        for (page, text) in try Documentation.texts() {
            for mention in Documentation.mentions(of: text, page) {
                count += 1
                // A command is spoken of by its name alone too.
                if commands.contains(mention.text) { continue }
                #expect(throws: Never.self, "\(mention)") {
                    _ = try DocumentationTests.parse(
                        Array(ShellWords.commands(mention.text)[0].dropFirst()))
                }
            }
        }
        #expect(count > 40)
        let teeth = Documentation.mentions(
            of:
                "`reelmill run\n  --x` and\n```sh\nreelmill `a`\n```\n`reelmill-worker`, `reelmill gone`",
            "")
        #expect(teeth.map(\.text) == ["reelmill run --x", "reelmill gone"])
    }

    @Test("every script is named with the reason why its lines are not run, and is one for bash")
    func scripts() throws {
        let folder = Documentation.package.appending(path: "scripts")
        var found: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let path = folder.appending(path: name).path
            guard let head = FileManager.default.contents(atPath: path)?.prefix(2),
                head.elementsEqual("#!".utf8)
            else { continue }
            found.insert("scripts/" + name)
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(name)")
            let scene = try Scene()
            let read = try scene.run("/bin/bash", ["-n", path])
            #expect(read.status == 0, "\(name): \(read.errors)")
        }
        #expect(found == Set(UnrunLines.scripts.keys))
        for (page, text) in try Documentation.texts() {
            for match in text.matches(of: /\bscripts\/[A-Za-z.-]*[A-Za-z]/) {
                let path = Documentation.package.appending(path: String(match.output)).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page): \(match.output)")
            }
        }
    }

    @Test("output that is shown is compared by its shape, which tells other words")
    func shapes() throws {
        let shape = DocumentationPlace.shape
        #expect(shape("out/a: sound: 20 files,  239.3 MB") == shape("out/a: sound: 7 files, 1 kB"))
        #expect(shape("out/a: sound: 20 files") != shape("out/a: whole: 20 files"))
        #expect(shape("job jwq4m0v7c2rka failed") == shape("job j0123456789ab failed"))
        #expect(shape("master.m3u8") != shape("manifest.mpd"))
    }

    @Test("lines that are not run are still documented, so that the list does not outlive them")
    func list() throws {
        let lines = try Documentation.pages().flatMap(\.lines) + Documentation.examples()
        let texts = Set(lines.map(\.bare))
        for line in UnrunLines.reasons.keys { #expect(texts.contains(line), "\(line)") }
        let programs = Set(
            lines.flatMap { ShellWords.commands($0.text) }.compactMap(\.first))
        for program in UnrunLines.others.keys { #expect(programs.contains(program), "\(program)") }
        let shown = Set(lines.flatMap(\.shown))
        for line in UnrunLines.unseen.keys { #expect(shown.contains(line), "\(line)") }
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
        #expect(lines.map(\.shown) == [[], [], ["out: broken"]])
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
