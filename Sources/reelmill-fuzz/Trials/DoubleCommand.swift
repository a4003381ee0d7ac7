import ArgumentParser
import Foundation
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Stands in for a worker that lies: a check that it is found shows that the checks can fail.
///
/// It asks the real worker for something else than it was asked for, and lets that answer.
struct DoubleCommand: ParsableCommand {
    enum Lie: String, CaseIterable, ExpressibleByArgument {
        /// Encodes one frame less, and reports success.
        case fewerFrames = "fewer-frames"
        /// Dies of a signal in every encode.
        case death
        /// Reports the probe's success without an index.
        case emptyIndex = "empty-index"
    }

    static let configuration = CommandConfiguration(
        commandName: "worker-double", abstract: "Stand in for a worker that lies.",
        shouldDisplay: false)

    @Option var real: String
    @Option var lie: Lie

    func run() throws {
        var reader = FrameReader()
        var request: WorkerRequest?
        while request == nil {
            let bytes = FileHandle.standardInput.availableData
            guard !bytes.isEmpty else { throw FuzzFault("the request ended") }
            reader.append(bytes)
            request = try reader.next(WorkerRequest.self)
        }
        guard var request else { return }
        switch (lie, request.job) {
        case (.fewerFrames, .encode(var job)):
            job.chunk.frames = job.chunk.frames.dropLast()
            request.job = .encode(job)
        case (.death, .encode):
            // Without the handler that the runtime may have put there.
            signal(SIGSEGV, SIG_DFL)
            raise(SIGSEGV)
        case (.emptyIndex, .probe): request.job = .describe
        default: break
        }
        try become(real, request)
    }

    /// Replaces this process by the worker, with another request to read.
    private func become(_ path: String, _ request: WorkerRequest) throws {
        let file = try ScratchFile()
        try FileHandle(fileDescriptor: file.descriptor, closeOnDealloc: false)
            .write(contentsOf: try Framing.frame(request))
        lseek(file.descriptor, 0, SEEK_SET)
        dup2(file.descriptor, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        execv(path, &arguments)
        throw FuzzFault("\(path): \(String(cString: strerror(errno)))")
    }
}
