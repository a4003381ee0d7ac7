import ContentDigest
import Ledger
import Testing
import TranscodeModel

@Suite("The contract: giving artifacts up, and what can no longer count on them")
struct ConformanceRetentionTests {
    private static let now = RetentionPolicy(
        readyMilliseconds: 0, failedMilliseconds: 0, cancelledMilliseconds: 0)
    private static let failure = Failure(.permanent, .undecodable, "no")

    /// A job whose units made artifacts of these texts, by position from 1, and that then was cancelled.
    private func cancelled(
        _ fixture: ConformanceFixture, _ id: String, _ texts: [String], tenant: TenantID = .standard
    ) throws {
        try start(fixture, id, texts, tenant: tenant)
        _ = try fixture.ledger.cancel(JobID(id), reason: "enough")
    }

    /// The same, still running; its probe has made `index ID`.
    private func start(
        _ fixture: ConformanceFixture, _ id: String, _ texts: [String], tenant: TenantID = .standard
    ) throws {
        try fixture.enqueue(ConformanceFixture.submission(id, tenant: tenant, attempts: 9))
        let probe = try lease(fixture, id, 0, tenant)
        _ = try fixture.complete(
            probe.token, ConformanceFixture.artifact("index \(id)"),
            planned: ConformanceFixture.planned(encodes: max(texts.count, 1)))
        for (index, text) in texts.enumerated() {
            let unit = try lease(fixture, id, index + 1, tenant)
            _ = try fixture.complete(unit.token, ConformanceFixture.artifact(text))
        }
    }

    private func lease(
        _ fixture: ConformanceFixture, _ id: String, _ position: Int, _ tenant: TenantID = .standard
    ) throws -> Lease {
        let epoch = try fixture.unit(position, job: id).epoch
        let unit = UnitID(job: JobID(id), position: position)
        return try #require(
            try fixture.lease([LeasePick(tenant: tenant, unit: unit, epoch: epoch)]).first)
    }

    /// Has everything removed that is condemned, as if its bytes went.
    private func remove(_ fixture: ConformanceFixture) throws -> [Digest] {
        var all: [Digest] = []
        while try fixture.ledger.removeCondemned(
            limit: 2,
            { some in
                all += some.map(\.digest)
                return some
            }) > 0
        {}
        return all
    }

    private func digest(_ text: String) -> Digest { Digest.sha256(text) }

    @Test(
        "only jobs that ended so long ago, by their state, are given up; a dry run changes nothing",
        arguments: LedgerDriver.allCases)
    func ages(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try cancelled(fixture, "c", ["c1", "c2"])
        fixture.clock.pass(100)
        try start(fixture, "f", ["f1"])
        let doomed = try lease(fixture, "f", 2)
        _ = try fixture.release(doomed.token, .holder, .dead(Self.failure), failure: Self.failure)
        fixture.clock.pass(100)
        try start(fixture, "r", ["r1"])
        for position in 2...3 {
            let unit = try lease(fixture, "r", position)
            _ = try fixture.complete(unit.token, ConformanceFixture.artifact("r\(position)"))
        }
        try start(fixture, "live", ["l1"])
        fixture.clock.pass(100)
        let policy = RetentionPolicy(
            readyMilliseconds: 101, failedMilliseconds: 200, cancelledMilliseconds: 200)
        let sequence = try fixture.lastSequence()
        let report = try fixture.ledger.expired(policy)
        #expect(report.ready.jobs == 0)
        #expect(report.failed.jobs == 1 && report.failed.artifacts == 2)
        #expect(report.cancelled.jobs == 1 && report.cancelled.artifacts == 3)
        #expect(report.cancelled.bytes == Int64("index c".utf8.count + 4))
        #expect(report.total.jobs == 2 && report.total.artifacts == 5)
        #expect(try fixture.lastSequence() == sequence)
        #expect(try fixture.job("c").collectedMilliseconds == nil)
        #expect(try remove(fixture) == [])

        #expect(try fixture.ledger.condemn(policy) == report)
        #expect(try fixture.job("c").collectedMilliseconds == fixture.clock.now)
        #expect(try fixture.job("r").collectedMilliseconds == nil)
        #expect(
            Set(try remove(fixture))
                == Set(["index c", "c1", "c2", "index f", "f1"].map(digest)))
        #expect(try fixture.ledger.condemn(policy) == RetentionReport())
        fixture.clock.pass(1)
        #expect(try fixture.ledger.condemn(policy).ready.artifacts == 4)
        #expect(
            try fixture.history(after: sequence) == [
                "artifacts: - → collected (3 artifacts, 11 bytes)",
                "artifacts: - → collected (2 artifacts, 9 bytes)",
                "artifacts: - → collected (4 artifacts, 13 bytes)",
            ])
        #expect(
            try fixture.ledger.events(ofJob: JobID("c"), after: 0, limit: 100).last?.kind
                == "artifacts")
        #expect(try fixture.findings() == [])
    }

    @Test(
        "what a job needs that is not given up stays, of its own tenant only; it goes when the last one is",
        arguments: LedgerDriver.allCases)
    func shared(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("studio")
        try cancelled(fixture, "old", ["both", "alone"])
        try start(fixture, "live", ["both"])
        try cancelled(fixture, "theirs", ["both", "other"], tenant: other)
        let report = try fixture.ledger.condemn(Self.now)
        #expect(report.artifactsShared == 1)
        var gone: [CondemnedArtifact] = []
        _ = try fixture.ledger.removeCondemned(limit: 100) {
            gone = $0
            return $0
        }
        #expect(
            Set(gone.filter { $0.tenant == .standard }.map(\.digest))
                == Set(["index old", "alone"].map(digest)))
        #expect(
            Set(gone.filter { $0.tenant == other }.map(\.digest))
                == Set(["index theirs", "both", "other"].map(digest)))
        #expect(
            try fixture.ledger.artifact(content: digest("u1"), tenant: .standard)?.digest
                == digest("both"))
        _ = try fixture.ledger.cancel(JobID("live"), reason: "too")
        _ = try fixture.ledger.condemn(Self.now)
        #expect(Set(try remove(fixture)) == Set(["index live", "both"].map(digest)))
        #expect(try fixture.findings() == [])
    }

    @Test(
        "given up, it is offered to nobody, and no completion may name it: the lease holds and changes nothing",
        arguments: LedgerDriver.allCases)
    func refused(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try cancelled(fixture, "old", ["made"])
        try start(fixture, "new", [])
        let early = try lease(fixture, "new", 1)
        #expect(
            try fixture.ledger.artifact(content: digest("u1"), tenant: .standard)?.digest
                == digest("made"))
        fixture.clock.pass(1)
        _ = try fixture.ledger.condemn(Self.now)
        #expect(try fixture.ledger.artifact(content: digest("u1"), tenant: .standard) == nil)
        let sequence = try fixture.lastSequence()
        let made = ConformanceFixture.artifact("made")
        #expect(try fixture.complete(early.token, made) == .condemned)
        #expect(try fixture.complete(early.token, made) == .condemned)
        #expect(try fixture.lastSequence() == sequence)
        #expect(try fixture.renew([early.token]) == [early.token])
        // The bytes go; whoever looked before that cannot use them either.
        fixture.clock.pass(1)
        #expect(try remove(fixture).contains(digest("made")))
        #expect(try fixture.complete(early.token, made) == .condemned)
        // A later lease makes them anew.
        _ = try fixture.release(early.token)
        fixture.clock.pass(1)
        let late = try lease(fixture, "new", 1)
        #expect(try fixture.complete(late.token, made) == .committed(.running))
        #expect(
            try fixture.ledger.artifact(content: digest("u1"), tenant: .standard)?.digest
                == digest("made"))
        #expect(try fixture.findings() == [])
    }

    @Test(
        "other artifacts, and the same bytes of another tenant, are committed as ever",
        arguments: LedgerDriver.allCases)
    func unconcerned(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("studio")
        try cancelled(fixture, "old", ["made"])
        try start(fixture, "mine", [])
        try start(fixture, "theirs", [], tenant: other)
        let (mine, theirs) = (
            try lease(fixture, "mine", 1), try lease(fixture, "theirs", 1, other)
        )
        _ = try fixture.ledger.condemn(Self.now)
        let made = ConformanceFixture.artifact("made")
        #expect(try fixture.complete(theirs.token, made) == .committed(.running))
        let different = ConformanceFixture.artifact("different")
        #expect(try fixture.complete(mine.token, different) == .committed(.running))
        #expect(try fixture.findings() == [])
    }

    @Test(
        "the completion came first: then the artifact is not given up",
        arguments: LedgerDriver.allCases)
    func completedFirst(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try cancelled(fixture, "old", ["made"])
        try start(fixture, "new", ["made"])
        let report = try fixture.ledger.condemn(Self.now)
        #expect(report.artifactsShared == 1)
        #expect(try remove(fixture) == [digest("index old")])
        #expect(try fixture.findings() == [])
    }

    @Test(
        "whoever removes dies before or after the bytes are gone: the next one finds the same again",
        arguments: LedgerDriver.allCases)
    func interrupted(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try cancelled(fixture, "old", ["one", "two"])
        _ = try fixture.ledger.condemn(Self.now)
        for _ in 0..<3 {
            var seen = 0
            let noted = try fixture.ledger.removeCondemned(limit: 100) {
                seen = $0.count
                return []
            }
            #expect(seen == 3 && noted == 0)
        }
        #expect(try fixture.ledger.artifact(content: digest("u1"), tenant: .standard) == nil)
        // One of them was removed, and that was noted; the others are left.
        #expect(try fixture.ledger.removeCondemned(limit: 1) { $0 } == 1)
        #expect(try remove(fixture).count == 2)
        #expect(try remove(fixture) == [])
        #expect(try fixture.findings() == [])
    }

    @Test(
        "the oldest are removed first, then those after one that cannot be; one that is asked for goes before its turn",
        arguments: LedgerDriver.allCases)
    func choices(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for (id, texts) in [("first", ["a", "b"]), ("second", ["c", "d"])] {
            try cancelled(fixture, id, texts)
            _ = try fixture.ledger.condemn(Self.now)
            fixture.clock.pass(10)
        }
        func left(_ choice: CondemnedChoice, removing isGone: Bool = false) throws
            -> [CondemnedArtifact]
        {
            var seen: [CondemnedArtifact] = []
            _ = try fixture.ledger.removeCondemned(choice) {
                seen = $0
                return isGone ? $0 : []
            }
            return seen
        }
        let all = try left(.oldest(100, after: nil))
        #expect(Set(all.prefix(3).map(\.digest)) == Set(["index first", "a", "b"].map(digest)))
        #expect(Set(all.dropFirst(3).map(\.digest)) == Set(["index second", "c", "d"].map(digest)))
        for (index, artifact) in all.enumerated() {
            #expect(
                try left(.oldest(2, after: artifact))
                    == Array(all.dropFirst(index + 1).prefix(2)))
        }
        let last = try #require(all.last)
        #expect(try left(.one(last.digest, ConformanceFixture.other("studio"))) == [])
        #expect(try left(.one(digest("never"), .standard)) == [])
        #expect(try left(.one(last.digest, .standard), removing: true) == [last])
        #expect(try left(.one(last.digest, .standard)) == [])
        // After one that is gone, all are looked at again.
        #expect(try left(.oldest(100, after: last)) == all.dropLast())
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a collection in parts gives up the oldest first, and what parts share with the last of them",
        arguments: LedgerDriver.allCases)
    func parts(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for (id, texts) in [("a", ["both", "a"]), ("b", ["b"]), ("c", ["both", "c"])] {
            try cancelled(fixture, id, texts)
        }
        let first = try fixture.ledger.condemn(Self.now, atMost: 1)
        #expect(first.cancelled.jobs == 1 && first.cancelled.artifacts == 2)
        #expect(try fixture.job("a").collectedMilliseconds != nil)
        #expect(try fixture.job("b").collectedMilliseconds == nil)
        let second = try fixture.ledger.condemn(Self.now, atMost: 3)
        #expect(second.cancelled.jobs == 2 && second.cancelled.artifacts == 5)
        #expect(try fixture.ledger.condemn(Self.now, atMost: 3) == RetentionReport())
        #expect(
            Set(try remove(fixture))
                == Set(["index a", "both", "a", "index b", "b", "index c", "c"].map(digest)))
        #expect(try fixture.findings() == [])
    }

    @Test(
        "of what was found in the store only that is given up which no job needs",
        arguments: LedgerDriver.allCases)
    func orphans(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("studio")
        try cancelled(fixture, "old", ["kept"])
        try start(fixture, "new", [])
        try start(fixture, "theirs", ["orphan"], tenant: other)
        let lease = try lease(fixture, "new", 1)
        func artifact(_ text: String, _ tenant: TenantID = .standard) -> CondemnedArtifact {
            CondemnedArtifact(tenant: tenant, digest: digest(text), byteCount: 0)
        }
        #expect(try fixture.ledger.condemn([CondemnedArtifact]()) == [])
        #expect(
            try fixture.ledger.condemn([
                artifact("kept"), artifact("orphan"), artifact("index new"),
                artifact("orphan", other),
            ]) == [artifact("orphan")])
        // An attempt may just have made the same.
        #expect(
            try fixture.complete(lease.token, ConformanceFixture.artifact("orphan")) == .condemned)
        #expect(try remove(fixture) == [digest("orphan")])
        #expect(
            try fixture.complete(lease.token, ConformanceFixture.artifact("kept"))
                == .committed(.running))
        #expect(try fixture.findings() == [])
    }

    @Test(
        "what was made anew can be given up again, also while a lease from before the first time is there",
        arguments: LedgerDriver.allCases)
    func again(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try start(fixture, "slow", [])
        let slow = try lease(fixture, "slow", 1)
        for round in 0..<3 {
            fixture.clock.pass(1)
            try cancelled(fixture, "old\(round)", ["made"])
            _ = try fixture.ledger.condemn(Self.now)
            #expect(Set(try remove(fixture)) == Set([digest("made"), digest("index old\(round)")]))
            #expect(
                try fixture.complete(slow.token, ConformanceFixture.artifact("made"))
                    == .condemned)
        }
        #expect(
            try fixture.complete(slow.token, ConformanceFixture.artifact("mine"))
                == .committed(.running))
        #expect(try fixture.findings() == [])
    }
}
