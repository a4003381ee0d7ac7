import Foundation
import Testing

@Suite("Packaging: manual, completions, unit and image", .serialized)
struct PackagingTests {
    private func file(_ path: String) throws -> String {
        try String(contentsOf: Documentation.package.appending(path: path), encoding: .utf8)
    }

    @Test(
        "every command has a page with its name, synopsis, examples and exit status, without a slip"
    )
    func manual() throws {
        let scene = try Scene()
        #expect(try scene.reelmill(["manual", scene.path("man1")]).status == 0)
        let commands = try HelpDump.read().commands
        #expect(commands.count > 20)
        let pages = try FileManager.default.contentsOfDirectory(atPath: scene.path("man1"))
        #expect(
            Set(pages) == Set(commands.map { $0.name.replacing(" ", with: "-") + ".1" }))
        for (name, command) in commands {
            let page = scene.path("man1/\(name.replacing(" ", with: "-")).1")
            let text = try String(contentsOfFile: page, encoding: .utf8)
            for heading in ["NAME", "SYNOPSIS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"] {
                #expect(text.contains("\n.SH \(heading)\n"), "\(name): \(heading)")
            }
            #expect(text.contains("reelmill"), "\(name)")
            #expect(command.abstract?.isEmpty == false, "\(name)")
        }
        let transcode = try String(
            contentsOfFile: scene.path("man1/reelmill-transcode.1"), encoding: .utf8)
        #expect(transcode.contains("\n.B \\-o, \\-\\-output out\n"))
        #expect(transcode.contains("\nreelmill transcode talk.mov \\-o out/talk\n"))
        #expect(transcode.contains("INPUT \\-\\-output out [\\-\\-profile name|file]"))
    }

    @Test("a page has its command's own exit codes, where its help has, and else those of all")
    func codes() throws {
        let scene = try Scene()
        #expect(try scene.reelmill(["manual", scene.path("man1")]).status == 0)
        var own = 0
        for (name, command) in try HelpDump.read().commands {
            let text = try String(
                contentsOfFile: scene.path("man1/\(name.replacing(" ", with: "-")).1"),
                encoding: .utf8)
            let section = try #require(text.components(separatedBy: "\n.SH EXIT STATUS\n").last)
                .components(separatedBy: "\n.SH ")[0].replacing("\\-", with: "-")
            let help = (command.discussion ?? "").components(separatedBy: "EXIT CODES:\n")
            guard help.count == 2 else {
                #expect(section.contains("5    verify, audit or simulate found a fault"), "\(name)")
                continue
            }
            own += 1
            let codes = help[1].split(separator: "\n", omittingEmptySubsequences: false)
                .prefix { !$0.isEmpty }
            #expect(!codes.isEmpty)
            for code in codes { #expect(section.contains(code), "\(name): \(code)") }
            #expect(section.split(separator: "\n").count { $0.first == " " } == codes.count)
        }
        #expect(own >= 6)
    }

    private static let groff = "/usr/bin/groff"

    @Test(
        "groff sets every page without a word",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: PackagingTests.groff),
            "there is no groff here"))
    func typeset() throws {
        let scene = try Scene()
        #expect(try scene.reelmill(["manual", scene.path("man1")]).status == 0)
        let pages = try FileManager.default.contentsOfDirectory(atPath: scene.path("man1"))
        #expect(pages.count > 20)
        for page in pages {
            let set = try scene.run(
                Self.groff, ["-man", "-Tutf8", "-ww", scene.path("man1/\(page)")])
            #expect(set.status == 0 && set.errors.isEmpty, "\(page): \(set.errors)")
        }
    }

    @Test("bash takes the completions, and completes a command and a flag")
    func completions() throws {
        let scene = try Scene()
        let script = scene.path("reelmill.bash")
        let made = try scene.reelmill(["--generate-completion-script", "bash"])
        try made.output.write(toFile: script, atomically: true, encoding: .utf8)
        #expect(try scene.run("/bin/bash", ["-n", script]).status == 0)
        func complete(_ words: String...) throws -> [Substring] {
            let line = words.joined(separator: " ")
            let quoted = words.map { "'\($0)'" }.joined(separator: " ")
            let ending = try scene.run(
                "/bin/bash",
                [
                    "-c",
                    """
                    . '\(script)'
                    COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
                    COMP_LINE='\(line)'; COMP_POINT=${#COMP_LINE}
                    _reelmill reelmill '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
                    printf '%s\\n' "${COMPREPLY[@]}"
                    """,
                ])
            return ending.output.split(separator: "\n")
        }
        #expect(try complete("reelmill", "transc") == ["transcode"])
        #expect(try complete("reelmill", "wat").contains("watch"))
        #expect(try complete("reelmill", "watch", "--set").contains("--settle"))
        #expect(try !complete("reelmill", "man").contains("manual"))
        for shell in ["zsh", "fish"] {
            let other = try scene.reelmill(["--generate-completion-script", shell])
            #expect(other.status == 0 && other.output.contains("transcode"))
        }
    }

    @Test("scripts/install puts everything in its place, and what it installs works")
    func install() throws {
        let scene = try Scene()
        let script = Documentation.package.appending(path: "scripts/install").path
        let programs = (Scene.reelmillPath as NSString).deletingLastPathComponent
        let ending = try scene.run(
            "/bin/bash", [script, "--from", programs, scene.path("prefix")])
        try #require(ending.status == 0, "\(ending.errors)")
        for path in [
            "bin/reelmill", "bin/reelmill-worker", "share/man/man1/reelmill.1",
            "share/man/man1/reelmill-watch.1", "share/bash-completion/completions/reelmill",
            "share/zsh/site-functions/_reelmill", "share/fish/vendor_completions.d/reelmill.fish",
            "lib/systemd/system/reelmill.service",
        ] { #expect(scene.isThere("prefix/" + path), "\(path)") }
        try scene.makeClip("clip.mp4", seconds: 1)
        let made = try scene.run(
            scene.path("prefix/bin/reelmill"),
            ["transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "-p", "mp4"])
        #expect(made.status == 0, "\(made.errors)")
        let unit = try String(
            contentsOfFile: scene.path("prefix/lib/systemd/system/reelmill.service"),
            encoding: .utf8)
        #expect(unit.contains("\nExecStart=\(scene.path("prefix/bin/reelmill")) run "))
        #expect(try scene.run("/bin/bash", [script]).status == 2)
        #expect(try scene.run("/bin/bash", [script, "--frm", "x", "y"]).status == 2)
    }

    @Test("the unit drains on SIGTERM, and spares the workers")
    func unit() throws {
        let text = try file("scripts/reelmill.service")
        for line in [
            "KillMode=mixed", "KillSignal=SIGTERM", "SuccessExitStatus=143", "OOMPolicy=continue",
            "NoNewPrivileges=yes",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
        // Longer than a node drains.
        let stop = try #require(text.firstMatch(of: /TimeoutStopSec=([0-9]+)/))
        #expect(try #require(Int(stop.1)) >= 30)
        // What would take from workers what they confine themselves with.
        for word in ["\nSystemCallFilter=", "\nMemoryDenyWriteExecute=yes", "\nProtectProc="] {
            #expect(!text.contains(word))
        }
    }

    private static let analyze = "/usr/bin/systemd-analyze"

    @Test(
        "systemd has nothing to say against the unit",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: PackagingTests.analyze),
            "there is no systemd-analyze here"))
    func analysis() throws {
        let text = try file("scripts/reelmill.service")
        let scene = try Scene()
        try text.replacing("/usr/local/bin/reelmill", with: Scene.reelmillPath)
            .replacing("=reelmill\nGroup=reelmill", with: "=root\nGroup=root")
            .write(toFile: scene.path("reelmill.service"), atomically: true, encoding: .utf8)
        let verified = try scene.run(
            Self.analyze, ["verify", "--man=no", scene.path("reelmill.service")])
        #expect(
            verified.status == 0 && !verified.errors.contains("reelmill.service:"),
            "\(verified.errors)")
    }

    @Test(
        "the image has the libraries at run time whose headers scripts/setup installs for the build"
    )
    func image() throws {
        let setup = try file("scripts/setup")
        let image = try file("scripts/Containerfile")
        let headers = setup.matches(of: /lib([a-z]+)[0-9]*-dev/).map { String($0.1) }
        #expect(headers.count >= 9)
        let stages = image.components(separatedBy: "\nFROM ")
        #expect(stages.count == 3)
        #expect(stages[1].contains("RUN scripts/setup\n"))
        let final = try #require(stages.last)
        let installed = final.matches(of: /\blib([a-z]+)[0-9]/).map { String($0.1) }
        #expect(Set(headers) == Set(installed))
        #expect(
            final.contains("\nUSER reelmill\n") && final.contains("\nVOLUME /var/lib/reelmill\n"))
        #expect(final.contains("debian:"))
        // What it copies is what scripts/install makes.
        #expect(image.contains("scripts/install --static /install"))
        #expect(image.contains("COPY --from=build /install/ /usr/local/"))
        // Who it runs as is the user that the page gives outputs to.
        let page = try file("docs/packaging.md")
        #expect(final.contains("useradd --system --uid 990 --gid reelmill "))
        #expect(page.contains("keep-id:uid=990,gid=990") && page.contains("chown 990 "))
    }

    @Test("what is built or fetched here, and the history, do not go into the image")
    func context() throws {
        func names(_ path: String) throws -> Set<String> {
            Set(
                try file(path).split(separator: "\n").map(String.init).filter {
                    !$0.hasPrefix("#")
                })
        }
        let left = try names(".dockerignore")
        #expect(left.contains(".git"))
        for name in try names(".gitignore") where name.hasSuffix("/") {
            let bare = name.drop { $0 == "/" }.dropLast()
            #expect(left.contains(String(bare)), "\(name)")
        }
        // And nothing that the build needs.
        for name in [
            "Sources", "Package.swift", "Package.resolved", "scripts", "profiles", "Tests",
        ] {
            #expect(!left.contains(name))
        }
    }
}
