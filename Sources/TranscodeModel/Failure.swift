/// Why a unit's attempt did not end well, classified once (scheduling rules of the architecture page).
public enum FailureClass: String, Sendable, Codable, CaseIterable {
    /// May go well next time: a store that did not answer, a killed worker.
    case transient
    /// Will fail again for the same reason: the job fails at once.
    case permanent
    /// The worker died of a signal or an unexpected exit.
    case crashed
    /// No progress within the watchdog's limit, or the processor-time limit was met.
    case timedOut = "timed-out"
    case outOfMemory = "out-of-memory"
    /// A newer lease owns the unit; this attempt changes nothing.
    case fenced
    case cancelled
}

/// A failure with a stable code for programs and a sentence for people.
///
/// The sentence names the file or unit, the reason and what to do.
public struct Failure: Error, Hashable, Sendable, Codable {
    public var category: FailureClass
    public var code: FailureCode
    public var message: String

    public init(_ category: FailureClass, _ code: FailureCode, _ message: String) {
        self.category = category
        self.code = code
        self.message = message
    }
}

/// Stable codes; a released code never changes its meaning.
public enum FailureCode: String, Sendable, Codable, CaseIterable {
    // Sources
    case sourceMissing = "source-missing"
    case sourceEmpty = "source-empty"
    case sourceUnreadable = "source-unreadable"
    case sourceChanged = "source-changed"
    case notMedia = "not-media"
    case externalReference = "external-reference"
    case noStreams = "no-decodable-stream"
    case unsupportedCodec = "unsupported-codec"
    case encrypted = "encrypted"
    case overLimit = "over-limit"
    case truncated = "truncated"
    case brokenTimestamps = "broken-timestamps"
    case unsupportedSource = "unsupported-source"
    case undecodable = "undecodable"
    /// Damage that the profile's policy does not allow.
    case damaged = "damaged"
    // Profiles and destinations
    case profileMismatch = "profile-mismatch"
    case encoderMissing = "encoder-missing"
    case destinationExists = "destination-exists"
    case destinationUnwritable = "destination-unwritable"
    // Work
    case wrongFrameCount = "wrong-frame-count"
    case parameterSetsDiffer = "parameter-sets-differ"
    case outputInvalid = "output-invalid"
    case workerCrashed = "worker-crashed"
    case workerKilled = "worker-killed"
    case workerStalled = "worker-stalled"
    case workerOutOfMemory = "worker-out-of-memory"
    case workerProtocol = "worker-protocol"
    /// A unit that kept crashing its workers, and is not tried again.
    case quarantined = "quarantined"
    case workerMissing = "worker-missing"
    /// The node's policy asks for a sandbox that its kernel does not give.
    case sandboxUnavailable = "sandbox-unavailable"
    case storageFull = "storage-full"
    case storageFailed = "storage-failed"
    case artifactMissing = "artifact-missing"
    /// It was given up while the unit counted on it.
    case artifactCondemned = "artifact-condemned"
    case ledgerUnreadable = "ledger-unreadable"
    case leaseLost = "lease-lost"
    case cancelled = "cancelled"
    case internalFault = "internal-fault"
}
