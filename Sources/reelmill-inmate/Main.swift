import CInmate
import Foundation
import Glibc
import Sandbox
import TranscodeModel
import WorkerProtocol
import Zygote

/// A worker that attacks its sandbox: it enters what real units enter, by the same function, and then tries the one
/// thing that its request names. For tests; it is not shipped.
///
/// Its request is a probe whose display name is `ATTEMPT PLACE`; its result's only warning is the errno it met,
/// 0 for none. The names of layers as arguments, or `none`, have it enter only those, for controls;
/// `without-seccomp PROGRAM` has it become that worker where the kernel seems to have no seccomp.
@main struct Inmate {
    static func main() throws {
        var named = Zygote.arguments { preload() }
        // What the host told last; the tests' own words stand before it.
        let policy = SandboxPolicy(arguments: named)
        named.removeAll { $0.hasPrefix("--sandbox=") }
        if named.count == 2, named[0] == "without-seccomp" {
            exit(reelmill_run_without_seccomp(named[1], policy.argument))
        }
        let layers =
            named.isEmpty
            ? Set(SandboxLayer.allCases) : Set(named.compactMap { SandboxLayer(rawValue: $0) })
        signal(SIGPIPE, SIG_IGN)
        try send(.confined(Sandbox.enter(layers)))
        guard case .probe(let wish) = try request().job else { exit(2) }
        let words = wish.displayName.split(separator: " ", maxSplits: 1).map(String.init)
        let answer = reelmill_attempt(words.first ?? "", words.last ?? "")
        guard answer >= 0 else { exit(3) }
        try send(.result(WorkResult(pieces: [], warnings: ["\(answer)"])))
    }

    /// As a zygote. A copy of it that is called so has a thread, which no zygote may have.
    private static func preload() {
        Sandbox.prepare()
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let name = String(decoding: path[..<max(0, count)], as: UTF8.self)
        if name.hasSuffix("of-two-threads") { guard reelmill_start_thread() == 0 else { exit(6) } }
    }

    private static func request() throws -> WorkerRequest {
        var reader = FrameReader()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let request = try reader.next(WorkerRequest.self) { return request }
            let count = read(WorkerDescriptor.request, &buffer, buffer.count)
            guard count > 0 else { exit(4) }
            reader.append(buffer[..<count])
        }
    }

    private static func send(_ event: WorkerEvent) throws {
        let framed = try Framing.frame(event)
        let count = framed.withUnsafeBytes {
            write(WorkerDescriptor.events, $0.baseAddress, $0.count)
        }
        guard count == framed.count else { exit(5) }
    }
}
