import Ledger
import ProfileCatalog
import TranscodeModel

/// An error for a person: one sentence that names the subject, the reason and what to do.
struct CommandFault: Error, CustomStringConvertible {
    var status: ExitStatus
    var message: String
    var description: String { message }

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// The layers below, as a person sees them; nil for what they do not throw.
    init?(_ error: any Error) {
        switch error {
        case let fault as CommandFault: self = fault
        case let failure as Failure:
            self.init(
                CommandFault.status(of: failure), "\(failure.message) [\(failure.code.rawValue)]")
        case let failure as LedgerFailure: self.init(.unreachable, failure.message)
        case let fault as ProfileFault: self.init(.usage, fault.description)
        default: return nil
        }
    }

    private static func status(of failure: Failure) -> ExitStatus {
        switch failure.code {
        // Input that cannot be used, whoever found that out. A job that fails of it is told by its own status.
        case .sourceMissing, .sourceEmpty, .sourceUnreadable, .sourceChanged, .notMedia,
            .externalReference, .noStreams, .unsupportedCodec, .encrypted, .overLimit, .truncated,
            .brokenTimestamps, .unsupportedSource, .undecodable, .damaged, .profileMismatch,
            .destinationExists, .destinationUnwritable:
            .usage
        case .storageFull, .storageFailed, .artifactMissing: .unreachable
        default: .jobFailed
        }
    }
}
