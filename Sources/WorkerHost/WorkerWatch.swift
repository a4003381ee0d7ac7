import Foundation
import TranscodeModel
import WorkerProtocol

/// One worker from start to end, on the thread that calls.
enum WorkerWatch {
    static func run(
        _ launch: WorkerLaunch, zygotes: Zygotes?, cancellation: CancellationSwitch,
        onProgress: (WorkProgress) -> Void, onNote: @escaping (WorkerNote) -> Void
    ) -> WorkerOutcome {
        let start = DispatchTime.now().uptimeNanoseconds
        do throws(SystemError) {
            let wake = try Pipe()
            setNonBlocking(wake.readEnd)
            var worker = try StartedWorker.start(launch, zygotes: zygotes, onNote: onNote)
            let requestBytes: Data
            do { requestBytes = try Framing.frame(launch.request) } catch {
                preconditionFailure("a request of ours cannot be encoded: \(error)")
            }
            // What a start waited for is no silence of the worker's.
            var conversation = Conversation(
                limits: launch.limits, policy: launch.sandbox, request: Array(requestBytes),
                start: DispatchTime.now().uptimeNanoseconds, onNote: onNote)
            onNote(.started(process: worker.process))
            cancellation.connect(wake.writeEnd)
            conversation.watch(
                &worker, wake: wake.readEnd, isCancelled: { cancellation.isThrown },
                onProgress: onProgress)
            cancellation.connect(nil)
            var (status, usage) = reap(worker.process, since: start)
            conversation.readRest(of: worker)
            let ending = conversation.ending(status: status, cpuSeconds: usage.cpuSeconds)
            usage.confinement = ending.confinement?.text
            return WorkerOutcome(
                result: ending.classified(), usage: usage, log: ending.log,
                confinement: ending.confinement)
        } catch {
            return WorkerOutcome(
                result: .failure(startFailure(launch, error)), usage: Usage(), log: "")
        }
    }

    /// Leaves nothing of the worker's process group, then collects what it used.
    private static func reap(_ process: pid_t, since start: UInt64) -> (Int32, Usage) {
        kill(-process, SIGKILL)
        var status: Int32 = 0
        var used = rusage()
        while wait4(process, &status, 0, &used) < 0 && errno == EINTR {}
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        let wall = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        return (
            status,
            Usage(
                wallSeconds: wall, cpuSeconds: seconds(used.ru_utime) + seconds(used.ru_stime),
                peakMemoryBytes: Int64(used.ru_maxrss) * 1024)
        )
    }

    private static func startFailure(_ launch: WorkerLaunch, _ error: SystemError) -> Failure {
        switch error.code {
        case ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP:
            Failure(
                .permanent, .workerMissing,
                "\(launch.executable): the worker cannot be started (\(error.text)). Install "
                    + "reelmill-worker beside reelmill, or set REELMILL_WORKER to its path.")
        default:
            Failure(
                .transient, .workerKilled,
                "The worker cannot be started (\(error.text)). Lower --workers if the machine is "
                    + "short of processes or memory.")
        }
    }
}
