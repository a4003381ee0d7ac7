import CSpawn
import Glibc
import WorkerProtocol

/// The pipes between a host and one worker.
struct WorkerLines: ~Copyable {
    var request: Pipe
    var events: Pipe
    var log: Pipe

    init() throws(SystemError) {
        let request = try Pipe()
        let events = try Pipe()
        let log = try Pipe()
        self.request = request
        self.events = events
        self.log = log
    }

    /// Closes the worker's ends, so that its end is seen.
    mutating func keepOwnEnds() {
        request.closeReadEnd()
        events.closeWriteEnd()
        log.closeWriteEnd()
        for descriptor in [request.writeEnd, events.readEnd, log.readEnd] {
            setNonBlocking(descriptor)
        }
    }
}

/// A worker that runs, is this process's child in a group of its own, and has not been told its request.
struct StartedWorker: ~Copyable {
    var lines: WorkerLines
    let process: pid_t
    /// Readable once the process has ended.
    let processDescriptor: Int32

    /// Starts a worker from its zygote where there is one; else as a program, for which the calling thread must live
    /// as long as the worker.
    static func start(
        _ launch: WorkerLaunch, zygotes: Zygotes?, onNote: (WorkerNote) -> Void
    ) throws(SystemError) -> StartedWorker {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw SystemError(code: errno) }
        defer { close(null) }
        let seat = zygotes?.seat(of: launch.executable)
        while let seat {
            let lines = try WorkerLines()
            switch seat.start(launch, descriptors(launch, lines, null: null)) {
            case .started(let process, let descriptor):
                return StartedWorker(
                    lines: lines, process: process, processDescriptor: descriptor)
            case .failed(let error): throw error
            // What it made before it was lost has these pipes, and has been ended; the next gets others.
            case .lost: continue
            case .unavailable(let reason):
                if let reason { onNote(.warned(reason)) }
            }
            break
        }
        let lines = try WorkerLines()
        var process: pid_t = 0
        var descriptor: Int32 = -1
        let code = ProgramStart(
            path: launch.executable, argument: launch.sandbox.argument,
            descriptors: descriptors(launch, lines, null: null), limits: launch.limits
        ).start(&process, &descriptor)
        guard code == 0 else { throw SystemError(code: code) }
        return StartedWorker(lines: lines, process: process, processDescriptor: descriptor)
    }

    private init(lines: consuming WorkerLines, process: pid_t, processDescriptor: Int32) {
        self.process = process
        self.processDescriptor = processDescriptor
        lines.keepOwnEnds()
        self.lines = lines
    }

    /// In the order of `WorkerDescriptor`.
    private static func descriptors(
        _ launch: WorkerLaunch, _ lines: borrowing WorkerLines, null: Int32
    ) -> [Int32] {
        [
            lines.request.readEnd, lines.events.writeEnd, lines.log.writeEnd,
            launch.inputs.first ?? null, launch.staging ?? null,
        ] + launch.inputs.dropFirst()
    }

    deinit { close(processDescriptor) }
}
