import CSpawn
import Foundation
import Synchronization

/// Where the zygote of one program sits: started when it is wanted, again when it was lost or its program was replaced,
/// and not for a while when that did not help.
final class ZygoteSeat: Sendable {
    enum Answer {
        case started(pid_t, descriptor: Int32)
        /// As a plain start would fail.
        case failed(SystemError)
        /// The zygote is gone, and what it may have made of this order is ended. Ask again, with other pipes.
        case lost
        /// The program must be started itself. The reason is given once.
        case unavailable(reason: String?)
    }

    private struct State {
        var zygote: ZygoteProcess?
        var rest: Rest?
    }
    /// While a program is not asked to be a zygote.
    private struct Rest {
        var program: ProgramIdentity
        /// On the monotonic clock, in nanoseconds; nil means until the program is replaced.
        var end: UInt64?
        /// What people should know of it and have not been told.
        var untold: String?
    }
    /// After a zygote that failed, for what may pass, such as want of memory.
    private static let restNanoseconds: UInt64 = 60_000_000_000

    private let executable: String
    private let patienceSeconds: Int
    private let state = Mutex(State())

    init(executable: String, patienceSeconds: Int) {
        self.executable = executable
        self.patienceSeconds = patienceSeconds
    }

    /// The zygote's process, if it was started.
    var process: pid_t? { state.withLock { $0.zygote?.process } }

    deinit { state.withLock { $0.zygote?.end() } }

    /// Starts the zygote before it is wanted.
    func prepare() {
        state.withLock { state in
            guard state.zygote == nil, let program = ProgramIdentity(of: executable),
                case .unavailable(let reason?) = settle(&state, program)
            else { return }
            state.rest?.untold = reason
        }
    }

    /// One order at a time; it takes about a millisecond.
    func start(_ launch: WorkerLaunch, _ descriptors: [Int32]) -> Answer {
        guard descriptors.count <= REELMILL_ZYGOTE_DESCRIPTORS_MAXIMUM else {
            return .unavailable(reason: nil)
        }
        return state.withLock { state in
            // Without a program, or with one that cannot be read, a plain start says why.
            guard let program = ProgramIdentity(of: executable) else {
                return .unavailable(reason: nil)
            }
            if let zygote = state.zygote, zygote.program != program {
                zygote.end()
                state.zygote = nil
            }
            if state.zygote == nil {
                if let answer = settle(&state, program) { return answer }
            }
            return Self.order(&state, launch, descriptors)
        }
    }

    /// Starts a zygote; returns an answer if there is none then.
    private func settle(_ state: inout State, _ program: ProgramIdentity) -> Answer? {
        let now = DispatchTime.now().uptimeNanoseconds
        if let rest = state.rest, rest.program == program, rest.end.map({ now < $0 }) ?? true {
            state.rest?.untold = nil
            return .unavailable(reason: rest.untold)
        }
        // A script is started itself: what it does at each start is its own affair.
        guard program.isCompiled else {
            state.rest = Rest(program: program, end: nil)
            return .unavailable(reason: nil)
        }
        do throws(ZygoteFault) {
            state.zygote = try ZygoteProcess(
                executable: executable, program: program, patienceSeconds: patienceSeconds)
            return nil
        } catch {
            return Self.giveUp(&state, program, error)
        }
    }

    private static func order(
        _ state: inout State, _ launch: WorkerLaunch, _ descriptors: [Int32]
    ) -> Answer {
        guard var zygote = state.zygote else { return .lost }
        do throws(ZygoteFault) {
            let (process, descriptor) = try zygote.start(launch, descriptors)
            state.zygote = zygote
            return .started(process, descriptor: descriptor)
        } catch {
            switch error {
            case .childFailed(let error): return .failed(error)
            case .unable:
                zygote.end()
                state.zygote = nil
                return giveUp(&state, zygote.program, error)
            case .lost:
                zygote.end()
                state.zygote = nil
                // One that has worked may have been killed; one that never did would be lost again.
                return zygote.hasWorked ? .lost : giveUp(&state, zygote.program, error)
            }
        }
    }

    private static func giveUp(
        _ state: inout State, _ program: ProgramIdentity, _ fault: ZygoteFault
    ) -> Answer {
        let isSaid = state.rest?.program == program
        state.rest = Rest(
            program: program, end: DispatchTime.now().uptimeNanoseconds + restNanoseconds)
        return .unavailable(reason: isSaid ? nil : fault.text)
    }
}
