import CSpawn
import Foundation
import WorkerProtocol

/// Why a zygote gave no worker.
enum ZygoteFault: Error {
    /// Of the worker: a plain start would fail too.
    case childFailed(SystemError)
    /// It says that it cannot.
    case unable(SystemError)
    /// It broke off, or was silent for too long.
    case lost(SystemError)

    /// For people.
    var text: String {
        let reason =
            switch self {
            case .childFailed(let error), .unable(let error), .lost(let error): error.text
            }
        return
            "The worker's zygote does not serve (\(reason)), so workers are started as programs, which takes "
            + "longer. Nothing else changes."
    }
}

/// A zygote that runs, and the socket to it.
struct ZygoteProcess {
    let program: ProgramIdentity
    /// Whether it has started a worker.
    private(set) var hasWorked = false
    let process: pid_t
    private let socket: Int32

    /// Returns when it has loaded everything.
    init(
        executable: String, program: ProgramIdentity, patienceSeconds: Int
    ) throws(ZygoteFault) {
        self.program = program
        var ends: [Int32] = [-1, -1]
        let socketCode = reelmill_zygote_socket(&ends, Int32(patienceSeconds))
        guard socketCode == 0 else { throw .lost(SystemError(code: socketCode)) }
        let (ownEnd, farEnd) = (ends[0], ends[1])
        // Its parent must live as long as its children, and the kernel takes a thread for that.
        let (code, process) = ZygoteKeeper.shared.perform {
            Self.startProgram(executable, farEnd)
        }
        close(farEnd)
        guard code == 0 else {
            close(ownEnd)
            throw .lost(SystemError(code: code))
        }
        self.process = process
        socket = ownEnd
        var reason: Int32 = 0
        switch reelmill_zygote_greeting(socket, process, &reason) {
        case REELMILL_ZYGOTE_FINE: break
        case REELMILL_ZYGOTE_UNABLE:
            end()
            throw .unable(SystemError(code: reason))
        default:
            end()
            throw .lost(SystemError(code: reason))
        }
    }

    /// The worker's number, and a descriptor that is readable once it has ended.
    mutating func start(
        _ launch: WorkerLaunch, _ descriptors: [Int32]
    ) throws(ZygoteFault) -> (pid_t, Int32) {
        var order = reelmill_zygote_order()
        order.host = getpid()
        order.limits = reelmill_process_limits(launch.limits)
        withUnsafeMutableBytes(of: &order.argument) { bytes in
            // Shorter than its place by far, so that it ends in zeros.
            bytes.copyBytes(from: launch.sandbox.argument.utf8.prefix(bytes.count - 1))
        }
        var (process, descriptor, reason): (pid_t, Int32, Int32) = (0, -1, 0)
        switch reelmill_zygote_start(
            socket, &order, descriptors, Int32(descriptors.count), &process, &descriptor, &reason)
        {
        case REELMILL_ZYGOTE_FINE:
            hasWorked = true
            return (process, descriptor)
        case REELMILL_ZYGOTE_CHILD_FAILED: throw .childFailed(SystemError(code: reason))
        case REELMILL_ZYGOTE_UNABLE: throw .unable(SystemError(code: reason))
        default: throw .lost(SystemError(code: reason))
        }
    }

    /// Ends it; the workers that it started go on.
    func end() {
        close(socket)
        reelmill_zygote_end(process)
    }

    private static func startProgram(_ executable: String, _ farEnd: Int32) -> (Int32, pid_t) {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return (errno, 0) }
        defer { close(null) }
        var process: pid_t = 0
        var processDescriptor: Int32 = -1
        let code = ProgramStart(
            path: executable, argument: REELMILL_ZYGOTE_ARGUMENT,
            descriptors: [null, null, null, farEnd], limits: nil, bindsAtOnce: true
        ).start(&process, &processDescriptor)
        if processDescriptor >= 0 { close(processDescriptor) }
        return (code, process)
    }
}
