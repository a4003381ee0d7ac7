import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// What the probe refuses, it refuses for good and with a code that says why.
struct ProbeRefusalTests {
    @Test(arguments: [
        ("", FailureCode.sourceEmpty),
        ("only some words, again and again\n", .notMedia),
        ("#EXTM3U\nother.ts\n", .externalReference),
        ("ffconcat version 1.0\nfile other.mp4\n", .externalReference),
        ("<?xml version=\"1.0\"?>\n<MPD></MPD>\n", .externalReference),
        ("\0\0\0\u{10}ftypisom\0\0\0\0", .truncated),
    ])
    func refuses(content: String, code: FailureCode) throws {
        let source = FileManager.default.temporaryDirectory
            .appending(path: "probe-\(UUID().uuidString).mp4")
        try Data(content.utf8).write(to: source)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: source) } }
        let input = try FileHandle(forUpdating: source)
        let failure = #expect(throws: Failure.self) {
            try ProbePipeline.run(
                ProbeRequest(displayName: "clip.mp4"), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), source: input.fileDescriptor,
                staging: input.fileDescriptor)
        }
        #expect(failure?.code == code)
        #expect(failure?.category == .permanent)
        #expect(failure?.message.contains("clip.mp4") == true)
    }
}
