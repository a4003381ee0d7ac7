import ContentDigest
import Foundation
import Glibc
import Synchronization
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
        let output = try destination.prepare(job: job, epoch: 1, attempt: 1)
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
        let output = try destination.prepare(job: job, epoch: 1, attempt: 1)
        try output.write([1], to: "mine")
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try Data([2]).write(to: URL(fileURLWithPath: target + "/theirs"))
        for attempt in [{ try destination.check() }, { try output.publish() }] {
            let failure = #expect(throws: Failure.self) { try attempt() }
            #expect(failure?.code == .destinationExists)
        }
        #expect(try scratch.contents("out") == ["theirs"])
    }

    @Test("an output takes the place of the one that it may replace, and of no other")
    func replaced() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/out"
        func publish(_ text: String, over old: String?, attempt: Int) throws {
            let destination = Destination(
                path: path,
                replacing: old.map {
                    ReplacedOutput(file: "receipt", digest: Digest.sha256(Array($0.utf8)))
                })
            try destination.check()
            let output = try destination.prepare(job: job, epoch: 1, attempt: attempt)
            try output.write(Array(text.utf8), to: "receipt")
            try output.write([1], to: "video/\(text)")
            try output.publish()
        }
        try publish("first", over: nil, attempt: 1)
        for wrong in [nil, "other"] {
            let failure = #expect(throws: Failure.self) {
                try publish("second", over: wrong, attempt: 2)
            }
            #expect(failure?.code == .destinationExists)
        }
        #expect(try scratch.contents("out/video") == ["first"])
        try publish("second", over: "first", attempt: 3)
        #expect(try scratch.contents("out/video") == ["second"])
        #expect(try scratch.contents() == ["out"])
        // What may be replaced need not be there any more.
        try FileManager.default.removeItem(atPath: path)
        try publish("third", over: "second", attempt: 4)
        #expect(try scratch.contents("out/video") == ["third"])
    }

    @Test("what has come to the place since then is kept")
    func replacedMeanwhile() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/out"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("old".utf8).write(to: URL(fileURLWithPath: path + "/receipt"))
        let destination = Destination(
            path: path,
            replacing: ReplacedOutput(file: "receipt", digest: Digest.sha256(Array("old".utf8))))
        let output = try destination.prepare(job: job, epoch: 1, attempt: 1)
        try output.write([1], to: "receipt")
        try Data("newer".utf8).write(to: URL(fileURLWithPath: path + "/receipt"))
        let failure = #expect(throws: Failure.self) { try output.publish() }
        #expect(failure?.code == .destinationExists)
        let kept = FileManager.default.contents(atPath: path + "/receipt")
        #expect(kept == Data("newer".utf8))
    }

    @Test("leftovers of an earlier attempt of the same job go, those of others stay")
    func leftovers() throws {
        let scratch = try Scratch()
        let destination = Destination(path: scratch.path + "/out")
        _ = try destination.prepare(job: job, epoch: 1, attempt: 1)
        _ = try destination.prepare(job: JobID("j2"), epoch: 1, attempt: 1)
        _ = try destination.prepare(job: job, epoch: 3, attempt: 2)
        #expect(try scratch.contents() == [".out.reelmill-j1-3-2", ".out.reelmill-j2-1-1"])
    }

    @Test("an attempt that was taken for dead publishes nothing of what a later one took apart")
    func takenOver() throws {
        let scratch = try Scratch()
        let destination = Destination(path: scratch.path + "/out")
        let early = try destination.prepare(job: job, epoch: 1, attempt: 1)
        try early.write([1], to: "video/a")
        let late = try destination.prepare(job: job, epoch: 3, attempt: 2)
        for step in [{ try early.write([2], to: "video/b") }, { try early.publish() }] {
            let failure = #expect(throws: Failure.self) { try step() }
            #expect(failure?.category == .fenced)
        }
        #expect(try scratch.contents() == [".out.reelmill-j1-3-2"])
        try early.discard()
        try late.write([1], to: "video/a")
        try late.publish()
        #expect(try scratch.contents() == ["out"])
    }

    @Test("an early attempt that goes on leaves a later one's directory alone")
    func lateStaysWhole() throws {
        let scratch = try Scratch()
        let destination = Destination(path: scratch.path + "/out")
        let late = try destination.prepare(job: job, epoch: 3, attempt: 2)
        try late.write([1], to: "a")
        let early = try destination.prepare(job: job, epoch: 1, attempt: 1)
        try late.publish()
        #expect(try scratch.contents("out") == ["a"])
        let failure = #expect(throws: Failure.self) { try early.publish() }
        #expect(failure?.code == .destinationExists)
        try destination.settle(job: job, epoch: 3, attempt: 2)
        #expect(try scratch.contents() == ["out"])
    }

    @Test(
        "two attempts at once: readers see a whole output, whoever comes first", arguments: 0..<40)
    func race(round: Int) throws {
        let scratch = try Scratch()
        let destination = Destination(path: scratch.path + "/out")
        let files = (0..<24).map { "d\($0 % 3)/f\($0)" }
        let early = try destination.prepare(job: job, epoch: 1, attempt: 1)
        for file in files { try early.write(Array(file.utf8), to: file) }
        let outcomes = Mutex<[Bool]>([])
        let start = DispatchGroup()
        start.enter()
        let threads = DispatchGroup()
        func race(_ body: @escaping @Sendable () throws -> Void) {
            threads.enter()
            let thread = Thread {
                start.wait()
                let isWinner: Bool
                do {
                    try body()
                    isWinner = true
                } catch { isWinner = false }
                outcomes.withLock { $0.append(isWinner) }
                threads.leave()
            }
            thread.start()
        }
        race {
            usleep(UInt32(round * 5))
            try early.publish()
        }
        let job = job
        race {
            let late = try destination.prepare(job: job, epoch: 3, attempt: 2)
            for file in files { try late.write(Array(file.utf8), to: file) }
            try late.publish()
        }
        start.leave()
        threads.wait()
        #expect(outcomes.withLock { $0.filter { $0 }.count } == 1)
        for file in files {
            let text = try String(contentsOfFile: destination.path + "/" + file, encoding: .utf8)
            #expect(text == file)
        }
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
