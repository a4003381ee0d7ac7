import Foundation
public import TranscodeModel

/// What an output says of itself: what it was made from, how, and what every file must be.
///
/// It is written from the ledger alone, so a repeated attempt writes the same receipt.
public struct Receipt: Hashable, Sendable, Codable {
    public static let schemaVersion = 2

    public struct Source: Hashable, Sendable, Codable {
        public var name: String
        public var sha256: Digest
        public var bytes: Int64
        public init(name: String, sha256: Digest, bytes: Int64) {
            self.name = name
            self.sha256 = sha256
            self.bytes = bytes
        }
    }

    /// A file of the output.
    public struct File: Hashable, Sendable, Codable {
        public var path: String
        public var sha256: Digest
        public var bytes: Int64
        /// Frames of pictures or codec frames of sound; nil for what is not a track.
        public var frames: Int?
        /// Seconds of presentation; nil for what is not a track.
        public var duration: Rational?
        /// The unit whose artifact it is, and the attempt that made it.
        public var unit: Int
        public var attempt: Int
        public init(
            path: String, sha256: Digest, bytes: Int64, frames: Int?, duration: Rational?,
            unit: Int, attempt: Int
        ) {
            self.path = path
            self.sha256 = sha256
            self.bytes = bytes
            self.frames = frames
            self.duration = duration
            self.unit = unit
            self.attempt = attempt
        }
    }

    /// What a unit of the job committed.
    public struct MadeArtifact: Hashable, Sendable, Codable {
        public var unit: Int
        public var kind: UnitKind
        public var attempt: Int
        public var sha256: Digest
        public var bytes: Int64
        public init(unit: Int, kind: UnitKind, attempt: Int, sha256: Digest, bytes: Int64) {
            self.unit = unit
            self.kind = kind
            self.attempt = attempt
            self.sha256 = sha256
            self.bytes = bytes
        }
    }

    /// When the first seconds could be played, by the ledger's clock, in milliseconds since 1970. When all was ready is in the
    /// ledger: the receipt is part of that.
    public struct EarlyTimes: Hashable, Sendable, Codable {
        public var enqueuedMilliseconds: Int64
        public var playableMilliseconds: Int64
        public init(enqueuedMilliseconds: Int64, playableMilliseconds: Int64) {
            self.enqueuedMilliseconds = enqueuedMilliseconds
            self.playableMilliseconds = playableMilliseconds
        }
    }

    public var schema: Int
    public var job: JobID
    public var tenant: TenantID
    public var source: Source
    /// Of the resolved profile's canonical JSON; the profile itself is in the plan.
    public var profileSHA256: Digest
    public var plan: Plan
    public var artifacts: [MadeArtifact]
    public var files: [File]
    public var warnings: [String]
    /// What of the source could not be used as it should be; nil when nothing was damaged.
    public var damage: [Damage]?
    /// What was measured of each sound rendition and done about it; nil where the profile asks for no
    /// loudness.
    public var loudness: [String: LoudnessRecord]?
    /// Nil where nothing could be played before the output was finished.
    public var early: EarlyTimes?
    /// Of each rendition of pictures, the proof of its buffer; nil in receipts that are older than this.
    public var buffers: [String: BufferProof]?

    public init(
        job: JobID, tenant: TenantID, source: Source, profileSHA256: Digest, plan: Plan,
        artifacts: [MadeArtifact], files: [File], warnings: [String], damage: [Damage] = [],
        loudness: [String: LoudnessRecord]? = nil, buffers: [String: BufferProof]? = nil,
        early: EarlyTimes? = nil
    ) {
        self.early = early
        self.loudness = loudness
        self.buffers = buffers
        self.schema = Receipt.schemaVersion
        self.job = job
        self.tenant = tenant
        self.source = source
        self.profileSHA256 = profileSHA256
        self.plan = plan
        self.artifacts = artifacts
        self.files = files
        self.warnings = warnings
        self.damage = damage.isEmpty ? nil : damage
    }

    /// Canonical JSON: the same receipt has the same bytes.
    public func bytes() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")] } catch {
            preconditionFailure("a receipt cannot be encoded: \(error)")
        }
    }

    private struct Version: Decodable { var schema: Int }

    /// Reads a receipt; fails with `outputInvalid` and the reason.
    public static func read(_ bytes: [UInt8], name: String) throws(Failure) -> Receipt {
        let data = Data(bytes)
        do {
            let version = try JSONDecoder().decode(Version.self, from: data).schema
            guard version == schemaVersion else {
                throw Failure(
                    .permanent, .outputInvalid,
                    "\(name): the receipt has schema \(version), and this build reads "
                        + "\(schemaVersion). Use the build that made it.")
            }
            let receipt = try JSONDecoder().decode(Receipt.self, from: data)
            guard ReceiptBounds.holds(receipt) else {
                throw Failure(
                    .permanent, .outputInvalid,
                    "\(name): the receipt has numbers out of range. Transcode the source again."
                )
            }
            return receipt
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(
                .permanent, .outputInvalid,
                "\(name): the receipt cannot be understood (\(error)). Transcode the source again.")
        }
    }
}
