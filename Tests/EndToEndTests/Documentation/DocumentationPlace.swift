import Foundation
import Testing

/// Where documented lines are run: a directory that is set up once, and put back before each page and each example.
final class DocumentationPlace {
    let scene: Scene
    private let place: String
    private let template: String
    private var jobs: [String: String] = [:]

    /// What pages name, and what stands for it here. Longer names first.
    private static let files = [
        "talk.mov", "talk.mp4", "a.mp4", "b.mp4", "bbb.mp4", "lecture.mov",
        "srv/catalogue/one.mov", "srv/catalogue/deep/two.mp4", "srv/2024-01.mov",
        "srv/incoming/upload.mp4",
    ]

    /// Absolute paths that pages name. What stands for them here has the same names below this place.
    private var paths: Regex<(Substring, Substring, Substring)> {
        /(^|[\s'"=])(\/srv|\/mnt|\/media|\/var\/lib\/reelmill|\/var\/backups|\/etc\/reelmill)(?=\/|\s|'|"|$)/
    }

    init() throws {
        scene = try Scene()
        place = scene.path("place")
        template = scene.path("template")
        let manager = FileManager.default
        for folder in [
            "srv/catalogue/deep", "srv/incoming", "mnt/disk", "media", "var/lib/reelmill",
            "var/backups", "etc/reelmill", "bin",
        ] {
            try manager.createDirectory(
                atPath: place + "/" + folder, withIntermediateDirectories: true)
        }
        for program in [Scene.reelmillPath, Scene.worker] {
            try manager.createSymbolicLink(
                atPath: place + "/bin/" + (program as NSString).lastPathComponent,
                withDestinationPath: program)
        }
        try scene.makeClip("clip.mp4", seconds: 1, "-vf", "scale=128:72")
        for file in Self.files {
            try manager.copyItem(atPath: scene.path("clip.mp4"), toPath: place + "/" + file)
        }
        try Data("#EXTM3U\n#EXTINF:1,\nother.ts\n".utf8).write(
            to: URL(fileURLWithPath: place + "/playlist.mp4"))
        try Data(repeating: 7, count: 4000).write(
            to: URL(fileURLWithPath: place + "/broken.mov"))
        try "schema: 1\nname: house\nextends: mp4\n".write(
            toFile: place + "/house.yaml", atomically: true, encoding: .utf8)
        try "talk.mov\na.mp4\n".write(
            toFile: place + "/list.txt", atomically: true, encoding: .utf8)
        try "input,output\ntalk.mov,listed/talk\n".write(
            toFile: place + "/list.csv", atomically: true, encoding: .utf8)
        // The state that the ledger's own page of a server would name is this place's.
        try manager.removeItem(atPath: place + "/var/lib/reelmill")
        try manager.createDirectory(
            atPath: place + "/state", withIntermediateDirectories: true)
        try manager.createSymbolicLink(
            atPath: place + "/var/lib/reelmill", withDestinationPath: place + "/state")
        // A job that is ready, one that failed, one that waits.
        jobs["ready"] = try make("reelmill transcode talk.mov -o made/talk -p mp4 --json")
        jobs["failed"] = try make("reelmill enqueue broken.mov -o made/broken -p mp4 --json")
        try #require(try run("reelmill run --until-idle").status == 0)
        jobs["waiting"] = try make("reelmill enqueue b.mp4 -o made/b -p mp4 --json")
        try #require(try run("reelmill audit --export > head.json").status == 0)
        try manager.moveItem(atPath: place, toPath: template)
    }

    /// The first name of a job in what a line prints.
    private func make(_ line: String) throws -> String {
        let ending = try run(line)
        try #require(ending.status == 0, "\(line): \(ending.errors)")
        let match = try #require(ending.output.firstMatch(of: /"job" : "(j[0-9a-z]{12})"/))
        return String(match.1)
    }

    /// Puts everything back. The same bytes, times and paths, so that the ledger finds what it knows.
    func reset() throws {
        let copy = try scene.run(
            "/bin/sh", ["-c", "rm -rf '\(place)' && cp -a '\(template)' '\(place)'"])
        try #require(copy.status == 0, "\(copy.errors)")
    }

    /// A line as it is run here: with this place's paths, and a job of the kind that its command needs.
    func local(_ line: DocumentedLine) -> String {
        var text = line.text
        text.replace(paths) { "\($0.1)\(place)\($0.2)" }
        // Whoever runs the tests is whoever may.
        text.replace(/\bsudo (-u \S+ )?/, with: "")
        let commands = ShellWords.commands(line.text)
        func names(_ command: String) -> Bool {
            commands.contains { $0.first == "reelmill" && $0.dropFirst().first == command }
        }
        let kind = names("retry") ? "failed" : names("cancel") ? "waiting" : "ready"
        return text.replacing("j0123456789ab", with: jobs[kind] ?? "")
    }

    /// Makes sure that there is what a command reads: the output that the page made in its readers' minds.
    func prepare(_ line: DocumentedLine) throws {
        for words in ShellWords.commands(line.text)
        where words.starts(with: ["reelmill", "backfill"]) {
            try prepareBackfill(Array(words.dropFirst(2)))
        }
        for words in ShellWords.commands(line.text)
        where words.starts(with: ["reelmill", "ledger", "restore"]) && words.count > 3 {
            // The copy that the reader made before.
            let made = try run("test -e '\(words[3])' || reelmill ledger backup '\(words[3])'")
            try #require(made.status == 0, "\(made.errors)")
        }
        for words in ShellWords.commands(line.text)
        where words.first == "reelmill" && words.dropFirst().first == "verify" {
            for name in ["talk", "bbb"]
            where !FileManager.default.fileExists(atPath: place + "/out/" + name) {
                let made = try run("mkdir -p out && cp -a made/talk out/\(name)")
                try #require(made.status == 0, "\(made.errors)")
            }
        }
    }

    /// A backfill that a line names is there, and in a state in which the line has something to do.
    private func prepareBackfill(_ words: [String]) throws {
        guard let verb = words.first, let name = words.dropFirst().first, !name.hasPrefix("-"),
            !words.contains("-o"), !words.contains("--from")
        else { return }
        let plan = "reelmill backfill plan srv/catalogue -o out/\(name) --name \(name) -p mp4"
        func require(_ line: String) throws {
            let ending = try run(line)
            try #require(ending.status == 0, "\(line): \(ending.errors)")
        }
        let status = try run("reelmill backfill status \(name)")
        switch verb {
        case "pause" where !status.output.contains(": running"): try require(plan)
        case "resume" where !status.output.contains(": paused"):
            try require(plan)
            try require("reelmill backfill pause \(name)")
        case _ where status.status != 0: try require(plan)
        default: break
        }
    }

    /// Lines of output without what is another's each time: numbers, units, names of jobs, nodes and hosts, and this place.
    func shapes(_ text: String) -> Set<String> {
        Set(
            text.replacing(place + "/", with: "").split(whereSeparator: \.isNewline).map {
                DocumentationPlace.shape(String($0))
            })
    }

    static func shape(_ line: String) -> String {
        line.replacing(/\bj[0-9a-z]{12}\b/, with: "J").replacing(
            /\bnode n[0-9a-z]+/, with: "node N"
        )
        .replacing(/\([\w.-]+\/pid/, with: "(H/pid")
        .replacing(/[0-9]+([.:,\/][0-9]+)*/, with: "#")
        .replacing(/v#(, v#)+/, with: "v#")
        .replacing(/\b[kMG]B\b/, with: "B")
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Runs a line in the shell that readers have.
    func run(_ line: String) throws -> Scene.Ending {
        let (process, output, errors) = try start(line)
        process.waitUntilExit()
        return try ending(process, output, errors)
    }

    /// Runs a line that does not end by itself, and asks it to.
    func runForAWhile(_ line: String) throws -> Scene.Ending {
        let (process, output, errors) = try start("exec " + line)
        Thread.sleep(forTimeInterval: 2)
        process.terminate()
        process.waitUntilExit()
        // Death by the signal would look the same in a shell.
        #expect(
            process.terminationReason == .exit,
            "\(line): the signal killed it, it did not end itself")
        return try ending(process, output, errors)
    }

    /// Runs a line beside a node.
    func runBesideNode(_ line: String) throws -> Scene.Ending {
        let (node, _, _) = try start("exec reelmill run")
        defer {
            node.terminate()
            node.waitUntilExit()
        }
        return try run(line)
    }

    private func ending(
        _ process: Process, _ output: String, _ errors: String
    ) throws -> Scene.Ending {
        Scene.Ending(
            status: process.terminationReason == .exit
                ? process.terminationStatus : 128 + process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }

    private func start(
        _ line: String
    ) throws -> (process: Process, output: String, errors: String) {
        try scene.start(
            "/bin/bash", ["-c", "cd '\(place)' && set -o pipefail && " + line],
            environment: [
                "PATH": place + "/bin:/usr/bin:/bin", "REELMILL_STATE": place + "/state",
                "REELMILL_CONFIG": "/dev/null",
            ])
    }
}
