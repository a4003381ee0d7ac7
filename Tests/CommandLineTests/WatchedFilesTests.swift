import ArgumentParser
import Foundation
import Testing
import TranscodeModel

@testable import reelmill

@Suite("Watched files: what has settled, and what is new")
struct WatchedFilesTests {
    private typealias Sight = WatchedFiles.Sight

    private func sight(_ bytes: Int64, _ time: Int64 = 0, _ inode: UInt64 = 1) -> Sight {
        Sight(byteCount: bytes, modificationNanoseconds: time, inode: inode)
    }

    @Test("a file is taken once it has been the same for the whole time, and once only")
    func settling() {
        let files = Board(1000)
        var taken: [Int64] = []
        for now in stride(from: Int64(0), through: 5000, by: 250) {
            let size = min(now, 1500)
            if files.see("a", sight(size), at: now, isWritten: false) { taken.append(now) }
        }
        #expect(taken == [2500])
        #expect(files.isQuiet)
        #expect(files.due(at: 100_000) == [])
    }

    @Test("who has it open keeps it from settling, however long it rests")
    func open() {
        let files = Board(1000)
        for now in stride(from: Int64(0), to: 10_000, by: 500) {
            #expect(!files.see("a", sight(7), at: now, isWritten: true))
        }
        #expect(!files.see("a", sight(7), at: 9_999, isWritten: false))
        #expect(files.see("a", sight(7), at: 10_000, isWritten: false))
    }

    @Test("renamed into place: at once if nobody writes it, else like any other")
    func renamed() {
        let files = Board(1000)
        #expect(files.see("a", sight(7), wasRenamed: true, at: 0, isWritten: false))
        #expect(!files.see("b", sight(7), wasRenamed: true, at: 0, isWritten: true))
        #expect(!files.see("c", sight(7), wasRenamed: true, at: 0, isWritten: nil))
        #expect(!files.see("c", sight(7), at: 999, isWritten: nil))
        #expect(files.see("c", sight(7), at: 1000, isWritten: nil))
    }

    @Test("what was taken is known to have changed when its turn comes, whatever has changed of it")
    func turn() {
        let files = Board(1000)
        #expect(files.see("a", sight(7), wasRenamed: true, at: 0, isWritten: false))
        #expect(files.isStill("a", sight(7)))
        for other in [sight(8), sight(7, 1), sight(7, 0, 2), nil] {
            #expect(!files.isStill("a", other))
        }
        #expect(!files.isStill("b", sight(7)) && !files.isStill("b", nil))
        files.forget("a")
        #expect(!files.isStill("a", sight(7)))
    }

    @Test(
        "random lives of files: never taken while young or open, never twice, and never left for good",
        arguments: 0..<60)
    func lives(seed: UInt64) {
        var generator = Dice(state: seed &+ 7)
        let settle: Int64 = 1000
        let files = Board(settle)
        // What really is there: a state of each file, since when, who writes, what was taken.
        struct Life {
            var sight: Sight
            var since: Int64
            var firstSeen: Int64?
            var isOpen = false
            var wasRenamed = false
            var taken: [Sight] = []
        }
        var lives: [String: Life] = [:]
        var now: Int64 = 0
        var counter: Int64 = 0
        func look(_ path: String, wasRenamed: Bool = false) {
            guard var life = lives[path] else { return files.forget(path) }
            if life.firstSeen == nil { life.firstSeen = now }
            let isTaken = files.see(
                path, life.sight, wasRenamed: wasRenamed, at: now, isWritten: life.isOpen)
            if isTaken {
                #expect(!life.isOpen, "seed \(seed): taken while open")
                #expect(life.taken.last != life.sight, "seed \(seed): taken twice")
                let age = now - (life.firstSeen ?? now)
                #expect(age >= settle || life.wasRenamed, "seed \(seed): taken at \(age) ms")
                life.taken.append(life.sight)
            }
            lives[path] = life
        }
        for _ in 0..<400 {
            now += Int64.random(in: 1...300, using: &generator)
            let path = ["a", "b", "c", "d"].randomElement(using: &generator) ?? "a"
            counter += 1
            switch Int.random(in: 0..<12, using: &generator) {
            case 0:  // made, or written on
                lives[path, default: Life(sight: sight(0), since: now)].sight = sight(counter)
                lives[path]?.since = now
                lives[path]?.firstSeen = nil
                lives[path]?.wasRenamed = false
            case 1: lives[path]?.isOpen = true
            case 2, 3: lives[path]?.isOpen = false
            case 4:
                lives[path] = nil
                look(path)
            case 5:  // a whole file comes to this name
                let taken = lives[path]?.taken ?? []
                lives[path] = Life(sight: sight(counter), since: now, taken: taken)
                lives[path]?.wasRenamed = true
                look(path, wasRenamed: true)
            default:
                for due in files.due(at: now) { look(due) }
                if Bool.random(using: &generator) { for path in lives.keys.sorted() { look(path) } }
            }
        }
        // Then all is quiet: whatever is there is taken, in its last state.
        for path in lives.keys.sorted() {
            lives[path]?.isOpen = false
            look(path)
        }
        for _ in 0..<10 {
            now += settle
            for due in files.due(at: now) { look(due) }
        }
        #expect(files.isQuiet)
        for (path, life) in lives {
            #expect(life.taken.last == life.sight, "seed \(seed): \(path)")
        }
    }

    @Test("uploads by their extension; temporary names, hidden folders and the outputs are none")
    func names() {
        let names = WatchedNames(output: "/in/out")
        for path in ["/in/a.mp4", "/in/x/B.MOV", "/in/out.mkv"] { #expect(names.isUpload(path)) }
        for path in [
            "/in/.a.mp4", "/in/a.mp4.part", "/in/a.mp4~", "/in/a.crdownload", "/in/a.tmp",
            "/in/a.txt",
            "/in/a.MP4.PARTIAL", "/in/mp4",
        ] { #expect(!names.isUpload(path), "\(path)") }
        #expect(names.isFolder("/in/x") && names.isFolder("/in/outer"))
        for path in ["/in/out", "/in/.git", "/in/upload.tmp"] { #expect(!names.isFolder(path)) }
    }

    @Test(
        "lengths of time",
        arguments: [
            ("5s", 5000), ("250ms", 250), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0),
        ])
    func durations(text: String, milliseconds: Int64) {
        #expect(DurationArgument(argument: text)?.milliseconds == milliseconds)
    }

    @Test(
        "what is no length of time is refused",
        arguments: ["5", "s", "-1s", "1.5s", "5 s", "99h", "٣s", "9223372036854775807h"])
    func noDurations(text: String) { #expect(DurationArgument(argument: text) == nil) }
}

/// The value in a box, so that expectations may change it.
private final class Board {
    private var files: WatchedFiles
    init(_ settle: Int64) { files = WatchedFiles(settleMilliseconds: settle) }
    func see(
        _ path: String, _ sight: WatchedFiles.Sight, wasRenamed: Bool = false, at now: Int64,
        isWritten: Bool?
    ) -> Bool {
        files.see(path, sight, wasRenamed: wasRenamed, at: now, isWritten: isWritten)
    }
    func isStill(_ path: String, _ sight: WatchedFiles.Sight?) -> Bool {
        files.isStill(path, sight)
    }
    func forget(_ path: String) { files.forget(path) }
    func due(at now: Int64) -> [String] { files.due(at: now) }
    var isQuiet: Bool { files.isQuiet }
}

/// The same for the same seed.
private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
