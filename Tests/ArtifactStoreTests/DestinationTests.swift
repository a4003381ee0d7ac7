import Foundation
import Testing
import TranscodeModel

@testable import ArtifactStore

@Suite("Destination: readers see all of an output or none")
struct DestinationTests {
    private let job = JobID("j1")

    @Test("nothing is visible before publishing, everything after", arguments: [false, true])
    func publish(emptyDirectoryIsThere: Bool) throws {
        let scratch = try Scratch()
        let target = scratch.path + "/deep/out"
        if emptyDirectoryIsThere {
            try FileManager.default.createDirectory(
                atPath: target, withIntermediateDirectories: true)
        }
        let destination = Destination(path: target)
        try destination.check()
        let output = try destination.prepare(job: job, epoch: 1)
        try output.write(Array("text".utf8), to: "video/a.m3u8")
        try output.write([1], to: "b")
        let visible = (try? scratch.contents("deep/out")) ?? []
        #expect(visible == [])
        try output.publish()
        #expect(try scratch.contents("deep/out") == ["b", "video"])
        #expect(try scratch.contents("deep") == ["out"])
    }

    @Test("an output that exists is refused, and stays as it was")
    func occupied() throws {
        let scratch = try Scratch()
        let target = scratch.path + "/out"
        let destination = Destination(path: target)
        let output = try destination.prepare(job: job, epoch: 1)
        try output.write([1], to: "mine")
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try Data([2]).write(to: URL(fileURLWithPath: target + "/theirs"))
        for attempt in [{ try destination.check() }, { try output.publish() }] {
            let failure = #expect(throws: Failure.self) { try attempt() }
            #expect(failure?.code == .destinationExists)
        }
        #expect(try scratch.contents("out") == ["theirs"])
    }

    @Test("leftovers of an earlier attempt of the same job go, those of others stay")
    func leftovers() throws {
        let scratch = try Scratch()
        let destination = Destination(path: scratch.path + "/out")
        _ = try destination.prepare(job: job, epoch: 1)
        _ = try destination.prepare(job: JobID("j2"), epoch: 1)
        _ = try destination.prepare(job: job, epoch: 3)
        #expect(try scratch.contents() == [".out.reelmill-j1-3", ".out.reelmill-j2-1"])
    }

    @Test("sources that cannot be used are named, with their own codes")
    func sources() throws {
        let scratch = try Scratch()
        try Data().write(to: URL(fileURLWithPath: scratch.path + "/empty.mp4"))
        for (name, code) in [
            ("none.mp4", FailureCode.sourceMissing), ("empty.mp4", .sourceEmpty),
            ("", .sourceUnreadable),
        ] {
            let failure = #expect(throws: Failure.self) {
                try SourceFile.open(scratch.path + "/" + name)
            }
            #expect(failure?.code == code)
            #expect(failure?.message.contains(scratch.path + "/" + name) == true)
        }
    }

    @Test("a source that changed after it was enqueued is refused")
    func changed() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a.mp4"
        try Data([1, 2]).write(to: URL(fileURLWithPath: path))
        let before = try SourceFile.open(path)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        let failure = #expect(throws: Failure.self) {
            try SourceFile.open(path).requireUnchanged(
                byteCount: before.byteCount,
                modificationMilliseconds: before.modificationMilliseconds)
        }
        #expect(failure?.code == .sourceChanged)
    }
}
