import WorkerHost
import WorkerProtocol

/// Asks a worker which libraries and encoders it has.
enum WorkerCensus {
    static func outcome(_ settings: Settings) async -> WorkerOutcome {
        let launch = WorkerLaunch(
            executable: WorkerLocation.find(override: settings.workerPath),
            request: WorkerRequest(job: .describe, limits: WorkerLimits()), inputs: [],
            staging: nil, limits: ProcessLimits(), sandbox: settings.sandbox)
        return await WorkerHost().run(launch) { _ in }
    }
}
