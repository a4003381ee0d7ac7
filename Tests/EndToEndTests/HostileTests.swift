import Foundation
import Glibc
import Synchronization
import Testing

@Suite("Uploads that name other files: refused, and nothing but themselves is read")
struct HostileTests {
    /// A pipe that nobody writes to: whoever opens it for reading is seen.
    private final class Canary: Sendable {
        let path: String
        private let state = Mutex((isWatched: true, wasOpened: false))

        init(_ path: String) throws {
            self.path = path
            try #require(mkfifo(path, 0o644) == 0)
            let thread = Thread { [self] in
                while state.withLock({ $0.isWatched }) {
                    let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                    if descriptor >= 0 {
                        state.withLock { $0.wasOpened = true }
                        close(descriptor)
                    }
                    usleep(500)
                }
            }
            thread.start()
        }

        /// Ends the watch; whether anybody opened it.
        func wasOpened() -> Bool {
            state.withLock {
                $0.isWatched = false
                return $0.wasOpened
            }
        }
    }

    private static func text(_ form: String, canary: String) -> String {
        switch form {
        case "hls":
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://\(canary)\n#EXT-X-ENDLIST\n"
        case "hls, a sibling": "\u{FEFF}#EXTM3U\n#EXTINF:10,\ncanary.ts\n#EXT-X-ENDLIST\n"
        case "hls, a key":
            "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"file://\(canary)\"\n#EXTINF:1,\na.ts\n"
        case "hls, the network": "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/a.ts\n"
        case "ffconcat": "ffconcat version 1.0\nfile 'canary.ts'\n"
        case "ffconcat, below white space": "\n\n  ffconcat version 1.0\nfile '\(canary)'\n"
        case "dash":
            "<?xml version=\"1.0\"?>\n<MPD><Period><BaseURL>file://\(canary)</BaseURL></Period></MPD>\n"
        case "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\n"
        case "a list of pictures": "canary.ts\ncanary.ts\n"
        default: preconditionFailure("no such form: \(form)")
        }
    }

    @Test(
        "a list of other files, whatever it is called",
        arguments: [
            ("hls", "a.m3u8"), ("hls", "a.mp4"), ("hls, a sibling", "a.ts"),
            ("hls, a key", "a.mov"), ("hls, the network", "a.mkv"), ("ffconcat", "a.mkv"),
            ("ffconcat, below white space", "a.ffconcat"), ("dash", "a.mpd"), ("dash", "a.mp4"),
            ("sdp", "a.sdp"), ("a list of pictures", "a.avi"),
        ])
    func lists(form: String, name: String) throws {
        let scene = try Scene()
        let canary = try Canary(scene.path("canary.ts"))
        try HostileTests.text(form, canary: canary.path).write(
            toFile: scene.path(name), atomically: true, encoding: .utf8)
        let ending = try scene.transcode(
            name, to: "out", environment: ["REELMILL_PROBE_SECONDS": "30"])
        #expect(!canary.wasOpened())
        #expect(ending.status == 1)
        let isList = !["sdp", "a list of pictures"].contains(form)
        #expect(
            ending.errors.contains(isList ? "[external-reference]" : "[not-media]"),
            "\(ending.errors)")
        #expect(!scene.isThere("out"))
    }

    @Test("the canary sings when it is read")
    func canarySings() throws {
        let scene = try Scene()
        let canary = try Canary(scene.path("canary.ts"))
        let reader = open(canary.path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        usleep(100_000)
        #expect(canary.wasOpened())
        close(reader)
    }
}
