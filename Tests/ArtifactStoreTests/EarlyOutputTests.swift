import Foundation
import Glibc
import Testing
import TranscodeModel

@testable import ArtifactStore

@Suite("Early outputs: they only grow, whoever writes, and go when their job ends")
struct EarlyOutputTests {
    private let job = JobID("j1")

    /// What the chunks of the one track are, one after the other.
    private static let chunks = ["first ", "second ", "third "]

    private struct Stage {
        let scratch: Scratch
        let output: EarlyOutput
        /// All chunks, as one artifact.
        let artifact: Int32

        init(_ job: JobID) throws {
            scratch = try Scratch()
            output = EarlyOutput(path: scratch.path + "/out", job: job)
            let path = scratch.path + "/artifact"
            try Data(EarlyOutputTests.chunks.joined().utf8).write(to: URL(fileURLWithPath: path))
            artifact = open(path, O_RDONLY)
        }

        func range(_ chunk: Int) -> EarlyRange {
            let start = EarlyOutputTests.chunks[..<chunk].joined().utf8.count
            return EarlyRange(
                descriptor: artifact, offset: Int64(start),
                length: Int64(EarlyOutputTests.chunks[chunk].utf8.count), position: Int64(4 + start)
            )
        }

        func read(_ name: String) throws -> String {
            try String(contentsOfFile: output.path + "/" + name, encoding: .utf8)
        }

        func prepare(_ attempt: EarlyAttempt, _ chunk: Int) throws {
            try attempt.write(
                Array("\(EarlyOutputTests.chunks[...chunk].joined(separator: "|"))".utf8),
                to: "video/list")
            try attempt.mark(chunks: chunk + 1)
        }

        /// All that an attempt at a chunk does.
        func show(_ chunk: Int, _ attempt: EarlyAttempt) throws {
            switch try attempt.standing() {
            case .nothing:
                try attempt.write(
                    Array("head".utf8), (0...chunk).map { range($0) }, to: "video/track")
                try prepare(attempt, chunk)
                #expect(try attempt.appear())
            case .chunks(let standing) where standing <= chunk:
                try prepare(attempt, chunk)
                try attempt.extend(
                    [("video/track", (standing...chunk).map { range($0) })], placing: ["video/list"]
                )
            case .chunks: break
            case .other: throw Failure(.permanent, .destinationExists, "occupied")
            }
            try attempt.discard()
        }

        func begin(_ chunk: Int, _ epoch: Int64 = 1) throws -> EarlyAttempt {
            try output.begin(EarlyTurn(chunk: chunk, epoch: epoch, attempt: 1))
        }

        func expectChunks(_ count: Int, _ location: SourceLocation = #_sourceLocation) throws {
            let due = EarlyOutputTests.chunks[..<count]
            #expect(
                try read("video/track").hasPrefix("head" + due.joined()), sourceLocation: location)
            #expect(
                try read("video/list") == due.joined(separator: "|"), sourceLocation: location)
            #expect(
                try EarlyMarker.standing(at: output.path)?.chunks == count, sourceLocation: location
            )
        }
    }

    @Test("it appears in one step, and grows by what is new")
    func grows() throws {
        let stage = try Stage(job)
        for chunk in 0..<3 {
            let attempt = try stage.begin(chunk)
            if chunk == 0 { #expect(try stage.scratch.contents().contains("out") == false) }
            try stage.show(chunk, attempt)
            try stage.expectChunks(chunk + 1)
        }
        #expect(try stage.scratch.contents() == ["artifact", "out"])
    }

    @Test("an attempt that is done again changes nothing, also where a crash had left more bytes")
    func again() throws {
        let stage = try Stage(job)
        try stage.show(0, try stage.begin(0))
        // A forerunner died between the track and the playlist.
        let crashed = try stage.begin(1)
        try stage.prepare(crashed, 1)
        let file = try #require(FileHandle(forWritingAtPath: stage.output.path + "/video/track"))
        try file.seekToEnd()
        try file.write(contentsOf: Data("sec".utf8))
        try file.close()
        try stage.expectChunks(1)
        try stage.show(1, try stage.begin(1, 3))
        try stage.expectChunks(2)
        try stage.show(1, try stage.begin(1, 5))
        try stage.expectChunks(2)
        #expect(try stage.read("video/track") == "headfirst second ")
        #expect(try stage.scratch.contents() == ["artifact", "out"])
    }

    @Test("an attempt whose turn is over places nothing, wherever it stood still", arguments: 0..<3)
    func zombie(standsStill: Int) throws {
        let stage = try Stage(job)
        try stage.show(0, try stage.begin(0))
        let zombie = try stage.begin(1)
        var standing = EarlyAttempt.Standing.nothing
        if standsStill > 0 { standing = try zombie.standing() }
        if standsStill > 1 { try stage.prepare(zombie, 1) }
        // Others do its work, and the next.
        try stage.show(1, try stage.begin(1, 3))
        try stage.show(2, try stage.begin(2))
        let failure = #expect(throws: Failure.self) {
            if standsStill == 0 {
                standing = try zombie.standing()
                #expect(standing == .chunks(3))
            }
            if standsStill < 2 { try stage.prepare(zombie, 1) }
            try zombie.extend([("video/track", [stage.range(1)])], placing: ["video/list"])
        }
        #expect(failure?.category == .fenced)
        try zombie.discard()
        try stage.expectChunks(3)
        #expect(try stage.read("video/track") == "headfirst second third ")
    }

    @Test("one that makes its directory late sees that its work is done, and does nothing")
    func late() throws {
        let stage = try Stage(job)
        for chunk in 0..<3 { try stage.show(chunk, try stage.begin(chunk)) }
        let late = try stage.begin(1, 3)
        #expect(try late.standing() == .chunks(3))
        try stage.show(1, late)
        try stage.expectChunks(3)
        #expect(try stage.scratch.contents() == ["artifact", "out"])
    }

    @Test("the finished output takes its place in one step, and nothing of it is left")
    func finished() throws {
        let stage = try Stage(job)
        try stage.show(0, try stage.begin(0))
        let zombie = try stage.begin(1)
        try stage.prepare(zombie, 1)
        for owner in [nil, JobID("other")] {
            let failure = #expect(throws: Failure.self) {
                try Destination(path: stage.output.path, early: owner).check()
            }
            #expect(failure?.code == .destinationExists)
        }
        let destination = Destination(path: stage.output.path, early: job)
        try destination.check()
        let output = try destination.prepare(job: job, epoch: 1, attempt: 1)
        try output.write(Array("done".utf8), to: "receipt.json")
        try stage.expectChunks(1)
        try output.publish()
        #expect(try stage.scratch.contents("out") == ["receipt.json"])
        #expect(try stage.scratch.contents() == ["artifact", "out"])
        let failure = #expect(throws: Failure.self) {
            try zombie.extend([("video/track", [stage.range(1)])], placing: ["video/list"])
        }
        #expect(failure?.category == .fenced)
        #expect(try stage.begin(2).standing() == .other)
        // What is finished is not taken away.
        try stage.output.remove()
        #expect(try stage.scratch.contents() == ["artifact", "out"])
        #expect(try stage.read("receipt.json") == "done")
    }

    @Test("what a job leaves that ends otherwise is taken away, with what attempts had begun")
    func removed() throws {
        let stage = try Stage(job)
        try stage.show(0, try stage.begin(0))
        let zombie = try stage.begin(1)
        try stage.prepare(zombie, 1)
        // Another job's is not touched.
        try EarlyOutput(path: stage.output.path, job: JobID("other")).remove()
        try stage.expectChunks(1)
        try stage.output.remove()
        #expect(try stage.scratch.contents() == ["artifact"])
        #expect(throws: Failure.self) {
            try zombie.extend([("video/track", [stage.range(1)])], placing: ["video/list"])
        }
        #expect(try stage.scratch.contents() == ["artifact"])
        // A first attempt that was at work has nothing left to show.
        let first = try stage.begin(0, 3)
        try stage.prepare(first, 0)
        try stage.output.remove()
        let failure = #expect(throws: Failure.self) { _ = try first.appear() }
        #expect(failure?.category == .fenced)
        #expect(try stage.scratch.contents() == ["artifact"])
    }

    @Test(
        "what is there already is neither changed nor replaced; an empty directory is as good as none"
    )
    func occupied() throws {
        let stage = try Stage(job)
        try FileManager.default.createDirectory(
            atPath: stage.output.path, withIntermediateDirectories: true)
        let attempt = try stage.begin(0)
        #expect(try attempt.standing() == .nothing)
        try stage.prepare(attempt, 0)
        try Data([1]).write(to: URL(fileURLWithPath: stage.output.path + "/theirs"))
        #expect(try attempt.appear() == false)
        #expect(try attempt.standing() == .other)
        try attempt.discard()
        #expect(try stage.scratch.contents("out") == ["theirs"])
        try FileManager.default.removeItem(atPath: stage.output.path + "/theirs")
        try stage.show(0, try stage.begin(0, 3))
        try stage.expectChunks(1)
    }

    @Test(
        "a track that somebody has shortened or removed is noticed, and the playlists stay as they are"
    )
    func tampered() throws {
        for shorten in [true, false] {
            let stage = try Stage(job)
            try stage.show(0, try stage.begin(0))
            let track = stage.output.path + "/video/track"
            if shorten {
                #expect(truncate(track, 5) == 0)
            } else {
                try FileManager.default.removeItem(atPath: track)
            }
            let attempt = try stage.begin(1)
            let failure = #expect(throws: Failure.self) { try stage.show(1, attempt) }
            #expect(failure?.code == .destinationExists)
            #expect(try stage.read("video/list") == "first ")
        }
    }

    @Test("a job is noted once, however often, and is forgotten")
    func notes() throws {
        let scratch = try Scratch()
        let store = try LocalArtifactStore.open(at: scratch.path)
        #expect(try store.earlyJobs() == [])
        for _ in 0..<2 { try store.noteEarly(job) }
        try store.noteEarly(JobID("j2"))
        #expect(Set(try store.earlyJobs()) == [job, JobID("j2")])
        try store.forgetEarly(job)
        try store.forgetEarly(job)
        #expect(try store.earlyJobs() == [JobID("j2")])
    }

    @Test("a marker that no attempt wrote is none")
    func forgedMarkers() throws {
        let stage = try Stage(job)
        try FileManager.default.createDirectory(
            atPath: stage.output.path, withIntermediateDirectories: true)
        for (chunks, isOne) in [(-1, false), (0, false), (1, true)] {
            try Data(#"{"chunks":\#(chunks),"job":"j1","schema":1}"#.utf8).write(
                to: URL(fileURLWithPath: stage.output.path + "/" + EarlyMarker.path))
            #expect((try EarlyMarker.standing(at: stage.output.path) != nil) == isOne)
        }
    }

    @Test("what somebody else has put into an early output stays when that is taken away")
    func othersStay() throws {
        let stage = try Stage(job)
        let attempt = try stage.output.begin(EarlyTurn(chunk: 0, epoch: 1, attempt: 1))
        try stage.show(0, attempt)
        try attempt.discard()
        try FileManager.default.createDirectory(
            atPath: stage.output.path + "/notes", withIntermediateDirectories: true)
        for name in ["cover.jpg", "notes/mine.txt"] {
            try Data("mine".utf8).write(to: URL(fileURLWithPath: stage.output.path + "/" + name))
        }
        try stage.output.remove()
        let left = try FileManager.default.subpathsOfDirectory(atPath: stage.output.path).sorted()
        #expect(left == ["cover.jpg", "notes", "notes/mine.txt"])
    }
}
