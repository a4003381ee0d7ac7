import Foundation
import Testing

@Suite("Bad input: one clear error each, the documented exit code, nothing lost")
struct BadInputTests {
    /// One line on standard error, which names the subject.
    private func expectOneError(
        _ ending: Scene.Ending, status: Int32, naming subject: String,
        _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(ending.status == status, "\(ending.errors)", sourceLocation: sourceLocation)
        #expect(ending.output.isEmpty, sourceLocation: sourceLocation)
        let lines = ending.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(ending.errors)", sourceLocation: sourceLocation)
        for word in [subject] + words {
            #expect(
                ending.errors.contains(word), "\(ending.errors)", sourceLocation: sourceLocation)
        }
    }

    @Test("what is not there, is empty, is a directory: refused before there is a job")
    func unusable() throws {
        let scene = try Scene()
        _ = FileManager.default.createFile(atPath: scene.path("empty.mp4"), contents: nil)
        expectOneError(
            try scene.transcode("nothing.mp4", to: "out"), status: 2, naming: "nothing.mp4",
            "no such file")
        expectOneError(
            try scene.transcode("empty.mp4", to: "out"), status: 2, naming: "empty.mp4", "empty")
        expectOneError(
            try scene.transcode(".", to: "out"), status: 2, naming: scene.folder, "directory",
            "backfill")
        let list = try scene.reelmill(["list", "--json"])
        #expect((try list.json()["jobs"] as? [Any])?.isEmpty == true)
    }

    @Test("what cannot be used is wrong input for every command that reads it by itself")
    func unusableInput() throws {
        let scene = try Scene()
        try scene.makeClip("whole.mp4", seconds: 2)
        try "only words\n".write(
            toFile: scene.path("text.mp4"), atomically: true, encoding: .utf8)
        try "#EXTM3U\nother.ts\n".write(
            toFile: scene.path("list.mp4"), atomically: true, encoding: .utf8)
        for (name, code) in [
            ("text.mp4", "[not-media]"), ("list.mp4", "[external-reference]"),
        ] {
            for command in ["probe", "plan"] {
                expectOneError(
                    try scene.reelmill([command, scene.path(name)]), status: 2, naming: name, code)
            }
        }
        let small = ["REELMILL_MAX_BYTES": "100"]
        for arguments in [
            ["probe", scene.path("whole.mp4")],
            ["enqueue", scene.path("whole.mp4"), "-o", scene.path("out")],
        ] {
            expectOneError(
                try scene.reelmill(arguments, environment: small), status: 2, naming: "whole.mp4",
                "[over-limit]", "max-bytes")
        }
        let fewPixels = ["REELMILL_MAX_PIXELS": "1000"]
        expectOneError(
            try scene.reelmill(["probe", scene.path("whole.mp4")], environment: fewPixels),
            status: 2, naming: "whole.mp4", "[over-limit]")
        // A job that fails of the same is a job that failed.
        expectOneError(
            try scene.transcode("whole.mp4", to: "out", environment: fewPixels), status: 1,
            naming: "whole.mp4", "[over-limit]")
    }

    @Test("text named .mp4, a playlist, an MP4 without its index: the job fails with the reason")
    func notMedia() throws {
        let scene = try Scene()
        try scene.makeClip("whole.mp4", seconds: 2)
        try "only words\n".write(
            toFile: scene.path("text.mp4"), atomically: true, encoding: .utf8)
        try "#EXTM3U\nother.ts\n".write(
            toFile: scene.path("list.mp4"), atomically: true, encoding: .utf8)
        let whole = try Data(contentsOf: URL(fileURLWithPath: scene.path("whole.mp4")))
        try whole.prefix(whole.count * 6 / 10).write(
            to: URL(fileURLWithPath: scene.path("cut.mp4")))
        expectOneError(
            try scene.transcode("text.mp4", to: "out"), status: 1, naming: "text.mp4",
            "not a media file")
        expectOneError(
            try scene.transcode("list.mp4", to: "out"), status: 1, naming: "list.mp4", "playlist")
        expectOneError(
            try scene.transcode("cut.mp4", to: "out"), status: 1, naming: "cut.mp4", "was cut",
            "Upload it again", "[truncated]")
        #expect(!scene.isThere("out"))
        let audit = try scene.reelmill(["audit"])
        #expect(audit.status == 0, "\(audit.output)")
    }

    @Test("an output that exists is never touched, whatever it is")
    func occupied() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 1)
        for (name, make) in [
            ("file", { try Data("mine".utf8).write(to: URL(fileURLWithPath: $0)) }),
            (
                "folder",
                {
                    try FileManager.default.createDirectory(
                        atPath: $0, withIntermediateDirectories: true)
                    try Data("mine".utf8).write(to: URL(fileURLWithPath: $0 + "/precious"))
                }
            ),
        ] as [(String, (String) throws -> Void)] {
            try make(scene.path(name))
            expectOneError(
                try scene.transcode("clip.mp4", to: name), status: 2, naming: scene.path(name),
                "not overwritten")
        }
        #expect(try String(contentsOfFile: scene.path("file"), encoding: .utf8) == "mine")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scene.path("folder"))
                == ["precious"])
        // Below a file, nothing can be made.
        expectOneError(
            try scene.transcode("clip.mp4", to: "file/out"), status: 2,
            naming: scene.path("file"), "not a directory")
    }

    @Test("the same work asked for twice is done once")
    func twice() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 1)
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        let again = try scene.transcode("clip.mp4", to: "out")
        #expect(again.status == 0)
        #expect(again.errors.contains("already"))
        #expect((try scene.reelmill(["list", "--json"]).json()["jobs"] as? [Any])?.count == 1)
        // When its owner has removed the output, it is made again, from the artifacts that are there.
        let before = try scene.contents("out")
        try FileManager.default.removeItem(atPath: scene.path("out"))
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        #expect(try scene.contents("out") == before)
    }

    @Test("unknown profiles and jobs, wrong flags: usage")
    func usage() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 1)
        let profile = try scene.reelmill([
            "transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile", "nope",
        ])
        expectOneError(profile, status: 2, naming: "nope", "web")
        for command in ["status", "wait", "cancel", "retry", "events"] {
            expectOneError(
                try scene.reelmill([command, "j000000000000"]), status: 2,
                naming: "j000000000000", "no such job")
        }
        #expect(try scene.reelmill(["transcode"]).status == 2)
        #expect(try scene.reelmill(["enqueue", "x", "-o", "y", "--class", "hasty"]).status == 2)
        #expect(try scene.reelmill(["run", "--workers", "0"]).status == 2)
        expectOneError(
            try scene.reelmill(["verify", scene.path("nothing")]), status: 2,
            naming: scene.path("nothing"))
    }

    @Test("a ledger that cannot be used is 4")
    func ledger() throws {
        let scene = try Scene()
        try "not a directory".write(
            toFile: scene.path("file"), atomically: true, encoding: .utf8)
        expectOneError(
            try scene.reelmill(["list", "--state", scene.path("file")]), status: 4,
            naming: scene.path("file"))
        try FileManager.default.createDirectory(
            atPath: scene.path("odd"), withIntermediateDirectories: true)
        try "this is not a database, but long enough to look like a page of one".write(
            toFile: scene.path("odd/ledger.sqlite"), atomically: true, encoding: .utf8)
        expectOneError(
            try scene.reelmill(["list", "--state", scene.path("odd")]), status: 4,
            naming: scene.path("odd/ledger.sqlite"), "not an intact ledger")
    }

    @Test("files that may not grow: the ledger says that it cannot go on, and nothing is published")
    func noRoomForTheLedger() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.run(
            "/bin/bash",
            [
                "-c",
                """
                ulimit -f 60; trap '' XFSZ
                exec "$0" transcode "$1" -o "$2" --profile "$3" --state "$4"
                """, Scene.reelmillPath, scene.path("clip.mp4"), scene.path("out"),
                scene.path("small.yaml"), scene.path("state-full"),
            ])
        #expect(ending.status == 4, "\(ending.errors)")
        #expect(ending.errors.contains("state-full/ledger.sqlite"), "\(ending.errors)")
        #expect(!scene.isThere("out"))
    }

    @Test(
        "a full disk is said by name; the work waits, and goes on when there is room",
        .enabled(if: Scene.canMakeDisks, "this user may not mount file systems"))
    func fullDisk() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.run(
            "/usr/bin/unshare",
            [
                "-m", "/bin/bash", "-c",
                """
                mkdir "$2" && mount -t tmpfs -o size=64k none "$2" || exit 99
                "$0" transcode "$1" -o "$2/out" --profile "$3" 2> "$4" &
                until grep -q "Free some space" "$4" || ! kill -0 $!; do sleep 0.1; done
                mount -o remount,size=20m "$2"
                wait $!; ending=$?
                cat "$4" >&2
                exit $ending
                """, Scene.reelmillPath, scene.path("clip.mp4"), scene.path("disk"),
                scene.path("small.yaml"), scene.path("errors"),
            ])
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.errors.contains("Free some space"), "\(ending.errors)")
        #expect(ending.errors.contains(scene.path("disk")), "\(ending.errors)")
        #expect(ending.output.contains("video/v180.mp4"))
    }

    @Test(
        "a full disk below the ledger is 4",
        .enabled(if: Scene.canMakeDisks, "this user may not mount file systems"))
    func fullStateDisk() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.run(
            "/usr/bin/unshare",
            [
                "-m", "/bin/bash", "-c",
                """
                mkdir "$2" && mount -t tmpfs -o size=200k none "$2" || exit 99
                exec "$0" transcode "$1" -o "$2-out" --profile "$3" --state "$2"
                """, Scene.reelmillPath, scene.path("clip.mp4"), scene.path("disk"),
                scene.path("small.yaml"),
            ])
        #expect(ending.status == 4, "\(ending.errors)")
        #expect(ending.errors.contains("disk"), "\(ending.errors)")
        #expect(!scene.isThere("disk-out"))
    }
}
