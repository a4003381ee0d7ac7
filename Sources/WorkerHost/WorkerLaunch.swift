public import TranscodeModel
public import WorkerProtocol

/// All that one worker process is started with.
public struct WorkerLaunch: Sendable {
    /// Path of `reelmill-worker`.
    public var executable: String
    public var request: WorkerRequest
    /// The first becomes descriptor 3, the others 5 and on; read-only, and still the caller's.
    public var inputs: [Int32]
    /// Becomes descriptor 4; still the caller's.
    public var staging: Int32?
    public var limits: ProcessLimits
    public var sandbox: SandboxPolicy

    public init(
        executable: String, request: WorkerRequest, inputs: [Int32], staging: Int32?,
        limits: ProcessLimits, sandbox: SandboxPolicy = .required
    ) {
        self.executable = executable
        self.request = request
        self.inputs = inputs
        self.staging = staging
        self.limits = limits
        self.sandbox = sandbox
    }
}

/// Bounds that the host and the kernel enforce on a worker (I17).
public struct ProcessLimits: Sendable, Hashable {
    public var addressSpaceBytes: UInt64
    public var cpuSeconds: UInt64
    /// The largest file that it may write.
    public var fileBytes: UInt64
    public var openFiles: UInt64
    /// A worker that sends no event for so long is hung.
    public var silenceSeconds: Double
    /// A worker whose progress does not change for so long is stuck.
    public var stallSeconds: Double
    /// The longest that it may take in all.
    public var wallSeconds: Double

    public init(
        addressSpaceBytes: UInt64 = 8 << 30, cpuSeconds: UInt64 = 3600,
        fileBytes: UInt64 = 64 << 30, openFiles: UInt64 = 64, silenceSeconds: Double = 10,
        stallSeconds: Double = 120, wallSeconds: Double = 7200
    ) {
        self.addressSpaceBytes = addressSpaceBytes
        self.cpuSeconds = cpuSeconds
        self.fileBytes = fileBytes
        self.openFiles = openFiles
        self.silenceSeconds = silenceSeconds
        self.stallSeconds = stallSeconds
        self.wallSeconds = wallSeconds
    }
}

extension ProcessLimits {
    /// For reading through a source of so many bytes.
    public init(probing byteCount: Int64, _ limits: SourceLimits) {
        let seconds = limits.probeSeconds(bytes: byteCount)
        self.init(cpuSeconds: UInt64(seconds.rounded(.up)), wallSeconds: seconds)
    }
}

extension Failure {
    /// What became of a probe: one that took too long or too much memory is a source over the limit, and not tried
    /// again.
    public func ofProbe(name: String, _ limits: ProcessLimits) -> Failure {
        switch category {
        case .timedOut:
            Failure(
                .permanent, .overLimit,
                "\(name) could not be read through in \(Int(limits.wallSeconds)) s. Upload an undamaged "
                    + "file, or raise probe-seconds.")
        case .outOfMemory:
            Failure(
                .permanent, .overLimit,
                "\(name) cannot be read with \(limits.addressSpaceBytes >> 20) MiB of memory. Upload an "
                    + "undamaged file.")
        default: self
        }
    }
}

/// How a worker ended.
public struct WorkerOutcome: Sendable {
    public var result: Result<WorkResult, Failure>
    public var usage: Usage
    /// The last of what it wrote to its log.
    public var log: String
    /// What confined it; nil if it ended before it said so.
    public var confinement: Confinement?
}
