import CSpawn
import Foundation
import TranscodeModel
import WorkerProtocol

/// One worker from start to end, on the thread that calls.
enum WorkerWatch {
    static func run(
        _ launch: WorkerLaunch, cancellation: CancellationSwitch,
        onProgress: (WorkProgress) -> Void, onNote: @escaping (WorkerNote) -> Void
    ) -> WorkerOutcome {
        let start = DispatchTime.now().uptimeNanoseconds
        func finished(_ failure: Failure) -> WorkerOutcome {
            WorkerOutcome(result: .failure(failure), usage: Usage(), log: "")
        }
        do throws(SystemError) {
            var request = try Pipe()
            var events = try Pipe()
            var log = try Pipe()
            let wake = try Pipe()
            var process: pid_t = 0
            var processDescriptor: Int32 = -1
            let code = spawn(
                launch, [request.readEnd, events.writeEnd, log.writeEnd], &process,
                &processDescriptor)
            guard code == 0 else { return finished(startFailure(launch, SystemError(code: code))) }
            request.closeReadEnd()
            events.closeWriteEnd()
            log.closeWriteEnd()
            let requestBytes: Data
            do { requestBytes = try Framing.frame(launch.request) } catch {
                preconditionFailure("a request of ours cannot be encoded: \(error)")
            }
            for descriptor in [request.writeEnd, events.readEnd, log.readEnd, wake.readEnd] {
                setNonBlocking(descriptor)
            }
            var conversation = Conversation(
                limits: launch.limits, policy: launch.sandbox, request: Array(requestBytes),
                start: start, onNote: onNote)
            onNote(.started(process: process))
            cancellation.connect(wake.writeEnd)
            conversation.watch(
                request: &request, events: events.readEnd, log: log.readEnd, wake: wake.readEnd,
                process: process, processDescriptor: processDescriptor,
                isCancelled: { cancellation.isThrown }, onProgress: onProgress)
            cancellation.connect(nil)
            close(processDescriptor)
            var (status, usage) = reap(process, since: start)
            conversation.readRest(events: events.readEnd, log: log.readEnd)
            let ending = conversation.ending(status: status, cpuSeconds: usage.cpuSeconds)
            usage.confinement = ending.confinement?.text
            return WorkerOutcome(
                result: ending.classified(), usage: usage, log: ending.log,
                confinement: ending.confinement)
        } catch {
            return finished(startFailure(launch, error))
        }
    }

    private static func spawn(
        _ launch: WorkerLaunch, _ pipes: [Int32], _ process: inout pid_t,
        _ processDescriptor: inout Int32
    ) -> Int32 {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        var descriptors = pipes + [launch.inputs.first ?? null, launch.staging ?? null]
        descriptors += launch.inputs.dropFirst()
        var arguments: [UnsafeMutablePointer<CChar>?] = [
            strdup("reelmill-worker"), strdup(launch.sandbox.argument), nil,
        ]
        var environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("LC_ALL=C.UTF-8"),
            // The tracer of Swift would start a program, which ends in SIGSYS and hides the cause.
            strdup("SWIFT_BACKTRACE=enable=no"), nil,
        ]
        defer { for text in arguments + environment { free(text) } }
        return launch.executable.withCString { path in
            descriptors.withUnsafeBufferPointer { list in
                arguments.withUnsafeMutableBufferPointer { argumentList in
                    environment.withUnsafeMutableBufferPointer { environmentList in
                        var request = reelmill_spawn_request(
                            path: path, arguments: argumentList.baseAddress,
                            environment: environmentList.baseAddress,
                            descriptors: list.baseAddress, descriptor_count: Int32(list.count),
                            address_space_bytes: rlim_t(launch.limits.addressSpaceBytes),
                            cpu_seconds: rlim_t(launch.limits.cpuSeconds),
                            file_bytes: rlim_t(launch.limits.fileBytes),
                            open_files: rlim_t(launch.limits.openFiles))
                        return reelmill_spawn(&request, &process, &processDescriptor)
                    }
                }
            }
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
