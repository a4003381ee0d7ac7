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

    func tenant() throws -> TenantID {
        let name = try text("tenant")
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

    func job() throws -> JobRecord {
        JobRecord(
            id: JobID(try text("id")), tenant: try tenant(), key: self["key"],
            source: try fromJSON(SourceReference.self, text("source")),
            profile: try fromJSON(Profile.self, text("profile")),
            profileDigest: try digest("profile_digest"), destination: try text("destination"),
            jobClass: try named(JobClass.self, "class"),
            priority: try value(Int.self, "priority"),
            state: try named(JobState.self, "state"),
            isSuperseded: try value(Bool.self, "superseded"),
            failure: try failure("failure"), cancelReason: self["reason"],
            failedUnit: self["failed_position"],
            createdMilliseconds: try value(Int64.self, "created_at"),
            finishedMilliseconds: self["finished_at"],
            unitsTotal: try value(Int.self, "units_total"),
            unitsDone: try value(Int.self, "units_done"),
            attemptsMaximum: try value(Int.self, "attempts_max"))
    }

    func unit() throws -> UnitRecord {
        UnitRecord(
            position: try value(Int.self, "position"),
            kind: try named(UnitKind.self, "kind"),
            work: try (self["work"] as String?).map { try fromJSON(Work.self, $0) },
            state: try named(UnitState.self, "state"),
            attempt: try value(Int.self, "attempt"),
            attemptsMaximum: try value(Int.self, "attempts_max"),
            epoch: try value(Int64.self, "epoch"),
            node: (self["node"] as String?).map { NodeID($0) },
            progress: try value(Int.self, "progress"), estimate: try estimate(),
            startedMilliseconds: self["started_at"], finishedMilliseconds: self["finished_at"],
            failure: try failure("failure"))
    }

    func event() throws -> EventRecord {
        EventRecord(
            sequence: try value(Int64.self, "sequence"),
            atMilliseconds: try value(Int64.self, "at"), tenant: try tenant(),
            job: JobID(try text("job")), position: self["position"], kind: try text("kind"),
            from: self["from_state"], to: try text("to_state"), epoch: self["epoch"],
            attempt: self["attempt"], node: self["node"], detail: self["detail"],
            hash: try digest("hash"))
    }
}
