import CLibAV
import Foundation
import Glibc
import Sandbox
import TranscodeModel
import WorkerProtocol

/// One run of the worker: reads one request, does it, answers with one result or failure.
public enum WorkerRun {
    /// The process's exit status: 0 whenever a result or failure was written. `arguments` are those of the process,
    /// without its name.
    public static func run(_ arguments: [String]) -> Int32 {
        // A host that went away is seen as a failed write, not as a signal.
        signal(SIGPIPE, SIG_IGN)
        LogSink.install()
        let reporter = ProgressReporter(descriptor: WorkerDescriptor.events)
        // From here on it can only compute, and read and write what it was given. Where that is not so, and the
        // host is not content with less, it ends before it reads anything: what is missing has been told.
        let confinement = Sandbox.enter()
        guard reporter.tell(.confined(confinement)) else { return 1 }
        guard SandboxPolicy(arguments: arguments).refusal(of: confinement) == nil
        else { return 0 }
        let event: WorkerEvent
        do throws(Failure) {
            let request = try readRequest()
            try reporter.start()
            var result = try perform(request, reporter)
            result.stageCPUSeconds["threads"] = StageClock.otherThreadsSeconds
            event = .result(result)
        } catch {
            event = .failure(error)
        }
        return reporter.finish(event) ? 0 : 1
    }

    static func perform(
        _ request: WorkerRequest, _ reporter: ProgressReporter
    ) throws(Failure) -> WorkResult {
        guard request.version == workerProtocolVersion else {
            throw Failure(
                .permanent, .workerProtocol,
                "The worker speaks version \(workerProtocolVersion) and the node "
                    + "\(request.version). Install both from one build.")
        }
        switch request.job {
        case .describe: return WorkResult(pieces: [], description: LibraryCensus.describe())
        case .probe(let job):
            return try ProbePipeline.run(job, limits: request.limits, reporter: reporter)
        case .encode(let job):
            return try EncodePipeline.run(job, limits: request.limits, reporter: reporter)
        case .audio(let job):
            return try SoundPipeline.run(job, limits: request.limits, reporter: reporter)
        case .images(let job):
            return try StillsPipeline.run(job, limits: request.limits, reporter: reporter)
        case .text(let job):
            return try TextPipeline.run(job, limits: request.limits, reporter: reporter)
        case .remux(let job):
            return try RemuxPipeline.run(job, limits: request.limits, reporter: reporter)
        case .comparePictures(let job):
            return try PictureComparison.run(job, limits: request.limits, reporter: reporter)
        case .compareSound(let job):
            return try SoundComparison.run(job, limits: request.limits, reporter: reporter)
        }
    }

    private static func readRequest() throws(Failure) -> WorkerRequest {
        var reader = FrameReader()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(WorkerDescriptor.request, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw Failure(
                    .permanent, .workerProtocol,
                    "The request ended before it was whole. Start the worker through the node.")
            }
            reader.append(buffer[..<count])
            do {
                if let request = try reader.next(WorkerRequest.self) { return request }
            } catch {
                throw Failure(
                    .permanent, .workerProtocol,
                    "The request cannot be understood: \(error). Install node and worker from "
                        + "one build.")
            }
        }
    }
}
