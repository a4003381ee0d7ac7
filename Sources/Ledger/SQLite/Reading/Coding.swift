import Foundation
import GRDB
import TranscodeModel

/// JSON columns: keys sorted, so that the same value is the same text.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

func fromJSON<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
}

/// What of an artifact has no column of its own.
struct ArtifactContents: Codable {
    var pieces: [Piece]
    var warnings: [String]
    var stages: [String: Double]
    /// Nil in ledgers from before there was any.
    var damage: [Damage]?
    var confinement: String?

    /// Nil when there is nothing of the kind.
    init?(_ artifact: Artifact) {
        let stages = artifact.usage.stageCPUSeconds
        if artifact.pieces.isEmpty, artifact.warnings.isEmpty, stages.isEmpty,
            artifact.damage.isEmpty, artifact.usage.confinement == nil
        {
            return nil
        }
        pieces = artifact.pieces
        warnings = artifact.warnings
        self.stages = stages
        damage = artifact.damage.isEmpty ? nil : artifact.damage
        confinement = artifact.usage.confinement
    }
}

extension Row {
    /// A column of the type that our own schema gives it; another is a ledger that is not ours.
    func value<Value: DatabaseValueConvertible>(
        _ type: Value.Type, _ column: String
    ) throws -> Value {
        guard let stored: DatabaseValue = self[column], let value = Value.fromDatabaseValue(stored)
        else { throw LedgerFailure(.corrupt, "the ledger has no \(type) where \(column) is due") }
        return value
    }

    func text(_ column: String) throws -> String { try value(String.self, column) }

    func named<Value: RawRepresentable>(_ type: Value.Type, _ column: String) throws -> Value
    where Value.RawValue == String {
        let name = try text(column)
        guard let value = Value(rawValue: name) else {
            throw LedgerFailure(.corrupt, "the ledger has “\(name)” where a \(column) is due")
        }
        return value
    }

    func digest(_ column: String) throws -> Digest {
        guard let digest = Digest(bytes: try value(Data.self, column)) else {
            throw LedgerFailure(.corrupt, "the ledger has no digest where \(column) is due")
        }
        return digest
    }

    /// Nil where there is nothing.
    func optionalDigest(_ column: String) throws -> Digest? {
        let stored: DatabaseValue = self[column]
        return stored.isNull ? nil : try digest(column)
    }

    func tenant(_ column: String = "tenant") throws -> TenantID {
        let name = try text(column)
        guard let tenant = TenantID(name) else {
            throw LedgerFailure(.corrupt, "the ledger has “\(name)” where a tenant is due")
        }
        return tenant
    }

    func failure(_ column: String) throws -> Failure? {
        try (self[column] as String?).map { try fromJSON(Failure.self, $0) }
    }

    func estimate() throws -> Estimate {
        Estimate(
            cpuSeconds: try value(Double.self, "cpu_seconds"),
            memoryBytes: try value(Int64.self, "memory_bytes"),
            outputBytes: try value(Int64.self, "output_bytes"))
    }

    /// A unit's key, as `job`, its job's name, and its position.
    func unit() throws -> UnitID {
        UnitID(
            job: JobID(try text("job")),
            position: Int(try value(Int64.self, "id") & Schema.positionMask))
    }
}
