import CSpawn
import Glibc

/// Starts a worker's program, with nothing but what stands here.
struct ProgramStart {
    var path: String
    var argument: String
    /// The first becomes descriptor 0, and so on.
    var descriptors: [Int32]
    /// Nil leaves them as this process has them.
    var limits: ProcessLimits?
    /// Whether every function of every library is looked up at once and not at its first use: longer for a program,
    /// shorter for the many that are forked from it.
    var bindsAtOnce = false

    /// Returns 0, or an `errno`. The kernel ends the process with the calling thread.
    func start(_ process: inout pid_t, _ processDescriptor: inout Int32) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = [
            strdup("reelmill-worker"), strdup(argument), nil,
        ]
        var environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("LC_ALL=C.UTF-8"),
            // The tracer of Swift would start a program, which ends in SIGSYS and hides the cause.
            strdup("SWIFT_BACKTRACE=enable=no"),
            bindsAtOnce ? strdup("LD_BIND_NOW=1") : nil, nil,
        ]
        defer { for text in arguments + environment { free(text) } }
        var bounds = reelmill_process_limits(limits ?? ProcessLimits())
        let isBounded = limits != nil
        return path.withCString { path in
            descriptors.withUnsafeBufferPointer { list in
                arguments.withUnsafeMutableBufferPointer { argumentList in
                    environment.withUnsafeMutableBufferPointer { environmentList in
                        withUnsafePointer(to: &bounds) { bounds in
                            var request = reelmill_spawn_request(
                                path: path, arguments: argumentList.baseAddress,
                                environment: environmentList.baseAddress,
                                descriptors: list.baseAddress, descriptor_count: Int32(list.count),
                                limits: isBounded ? bounds : nil)
                            return reelmill_spawn(&request, &process, &processDescriptor)
                        }
                    }
                }
            }
        }
    }
}

extension reelmill_process_limits {
    init(_ limits: ProcessLimits) {
        self.init(
            address_space_bytes: rlim_t(limits.addressSpaceBytes),
            cpu_seconds: rlim_t(limits.cpuSeconds), file_bytes: rlim_t(limits.fileBytes),
            open_files: rlim_t(limits.openFiles))
    }
}
