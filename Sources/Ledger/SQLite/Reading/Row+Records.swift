import Foundation
import GRDB
import TranscodeModel

extension Row {
    /// Columns of `job`, and `units_done`.
    func job() throws -> JobRecord {
        let state = try named(JobState.self, "state")
        return JobRecord(
            id: JobID(try text("id")), tenant: try tenant(), key: self["key"],
            source: try fromJSON(SourceReference.self, text("source")),
            profile: try fromJSON(Profile.self, text("profile")),
            profileDigest: try digest("profile_digest"), destination: try text("destination"),
            jobClass: try named(JobClass.self, "class"),
            priority: try value(Int.self, "priority"), state: state,
            isSuperseded: try value(Bool.self, "superseded"),
            failure: try failure("failure"),
            cancelReason: state == .cancelled ? self["reason"] : nil,
            failedUnit: self["failed_position"],
            createdMilliseconds: try value(Int64.self, "created_at"),
            finishedMilliseconds: self["finished_at"],
            unitsTotal: try value(Int.self, "units_total"),
            unitsDone: try value(Int.self, "units_done"),
            attemptsMaximum: try value(Int.self, "attempts_max"),
            terms: JobTerms(
                backfill: self["backfill"], replaces: try optionalDigest("replaces"),
                leasableUntilMilliseconds: self["leasable_until"]),
            collectedMilliseconds: self["collected_at"])
    }

    /// Columns of `work_unit`.
    func unitRecord() throws -> UnitRecord {
        UnitRecord(
            position: try unit().position, kind: try named(UnitKind.self, "kind"),
            work: try (self["work"] as String?).map { try fromJSON(Work.self, $0) },
            state: try named(UnitState.self, "state"),
            attempt: try value(Int.self, "attempt"),
            attemptsMaximum: try value(Int.self, "attempts_max"),
            epoch: try value(Int64.self, "epoch"),
            node: (self["node"] as String?).map { NodeID($0) },
            rivalNode: (self["rival_node"] as String?).map { NodeID($0) },
            crashes: try value(Int.self, "crashes"), isSplit: try value(Bool.self, "split"),
            runAtMilliseconds: try value(Int64.self, "run_at"),
            progress: try value(Int.self, "progress"), estimate: try estimate(),
            startedMilliseconds: self["started_at"], finishedMilliseconds: self["finished_at"],
            failure: try failure("failure"), note: self["note"])
    }

    /// Columns of `completion`.
    func artifact() throws -> Artifact {
        let contents = try (self["contents"] as String?).map {
            try fromJSON(ArtifactContents.self, $0)
        }
        return Artifact(
            digest: try digest("sha256"), byteCount: try value(Int64.self, "bytes"),
            pieces: contents?.pieces ?? [],
            usage: Usage(
                wallSeconds: try value(Double.self, "wall_seconds"),
                cpuSeconds: try value(Double.self, "cpu_seconds"),
                peakMemoryBytes: try value(Int64.self, "peak_memory_bytes"),
                stageCPUSeconds: contents?.stages ?? [:], confinement: contents?.confinement),
            warnings: contents?.warnings ?? [], damage: contents?.damage ?? [])
    }

    /// Columns of `event`.
    func event() throws -> EventRecord {
        let detail: DatabaseValue = self["detail"]
        return EventRecord(
            sequence: try value(Int64.self, "sequence"),
            atMilliseconds: try value(Int64.self, "at"),
            tenant: try (self["tenant"] as String?).map { _ in try tenant() },
            job: (self["job"] as String?).map { JobID($0) }, position: self["position"],
            kind: try text("kind"), from: self["from_state"], to: try text("to_state"),
            epoch: self["epoch"], attempt: self["attempt"], node: self["node"],
            detail: try detail.storage.isBlob
                ? "sha256:\(digest("detail").hex)" : String.fromDatabaseValue(detail),
            hash: try digest("hash"))
    }

    /// Columns of `breaker`.
    func breaker() throws -> BreakerRecord {
        BreakerRecord(
            key: try text("key"), state: try named(BreakerRecord.State.self, "state"),
            generation: try value(Int64.self, "generation"),
            failures: try value(Int.self, "failures"),
            retryAtMilliseconds: try value(Int64.self, "retry_at"), reason: try text("reason"))
    }

    /// Columns of `node`.
    func node() throws -> NodeRecord {
        NodeRecord(
            id: NodeID(try text("id")), host: try text("host"), bootID: try text("boot_id"),
            processID: try value(Int32.self, "process_id"),
            processStart: try text("process_start"), workers: try value(Int.self, "workers"))
    }
}

extension DatabaseValue.Storage {
    fileprivate var isBlob: Bool { if case .blob = self { true } else { false } }
}
