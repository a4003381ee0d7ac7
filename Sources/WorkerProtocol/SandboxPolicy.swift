public import TranscodeModel

/// What a node asks of the sandbox around its workers.
public enum SandboxPolicy: String, Sendable, Hashable, CaseIterable {
    /// A worker that seccomp and `no_new_privs` do not confine ends before it reads its request, and nothing of it is
    /// accepted.
    case required
    /// Workers run with what the kernel has; what is missing is said with each result.
    case bestEffort = "best-effort"

    /// How a worker is told by its arguments.
    public var argument: String { "--sandbox=\(rawValue)" }

    /// The policy among a worker's arguments; `required` where none is named.
    public init(arguments: [String]) {
        self = SandboxPolicy.allCases.first { arguments.contains($0.argument) } ?? .required
    }

    /// Why a worker that is confined so must not work; nil if it may.
    public func refusal(of confinement: Confinement) -> Failure? {
        guard self == .required, !confinement.isSufficient else { return nil }
        return Failure(
            .permanent, .sandboxUnavailable,
            "The sandbox is not whole: \(confinement.missing.joined(separator: " and ")) cannot be had, so "
                + "that the upload was not read. Use a kernel and a container that allow it, or accept "
                + "less with --sandbox best-effort.")
    }

    /// What a result must say about it; nil when nothing is missing.
    public func warning(about confinement: Confinement) -> String? {
        guard self == .bestEffort, !confinement.missing.isEmpty else { return nil }
        return "The worker was not fully confined: "
            + "\(confinement.missing.joined(separator: " and ")) missing."
    }
}
