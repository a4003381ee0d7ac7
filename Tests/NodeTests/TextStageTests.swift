import ContentDigest
import Ledger
import Testing
import TranscodeModel

@testable import Node

@Suite("Subtitles never fail a job: what cannot be made of them is given up in time")
struct TextStageTests {
    private func lease(attempt: Int = 1, of most: Int = 8, crashes: Int = 0) -> Lease {
        Lease(
            token: LeaseToken(
                tenant: .standard, unit: UnitID(job: JobID("j1"), position: 5), epoch: 1,
                attempt: attempt), kind: .text, attemptsMaximum: most, crashes: crashes,
            isSplit: false, isHedge: false, content: Digest.sha256("a"),
            estimate: Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1),
            profile: Digest.sha256("b"), encoder: "")
    }

    private func isGivenUp(
        _ category: FailureClass, _ code: FailureCode, _ lease: Lease
    ) -> Bool {
        TextStage.isGivenUp(after: Failure(category, code, "why"), lease)
    }

    @Test("what will fail again for the same reason is given up at once")
    func permanent() {
        for code in [FailureCode.undecodable, .unsupportedCodec, .overLimit] {
            #expect(isGivenUp(.permanent, code, lease()))
        }
    }

    @Test("time and memory are tried once more, and never on the last attempt")
    func exhausted() {
        for (category, code) in [
            (FailureClass.timedOut, FailureCode.workerStalled),
            (.outOfMemory, .workerOutOfMemory),
        ] {
            #expect(!isGivenUp(category, code, lease()))
            #expect(isGivenUp(category, code, lease(attempt: 2)))
            #expect(isGivenUp(category, code, lease(attempt: 1, of: 1)))
        }
    }

    @Test("a worker that keeps crashing is given up before its unit is quarantined")
    func crashed() {
        #expect(!isGivenUp(.crashed, .workerCrashed, lease(attempt: 2, crashes: 1)))
        #expect(isGivenUp(.crashed, .workerProtocol, lease(attempt: 3, crashes: 2)))
    }

    @Test("what is not the text's fault is tried again, or fails the job")
    func others() {
        let last = lease(attempt: 8, crashes: 2)
        #expect(!isGivenUp(.permanent, .sourceChanged, last))
        #expect(!isGivenUp(.permanent, .sandboxUnavailable, last))
        #expect(!isGivenUp(.transient, .storageFull, last))
        #expect(!isGivenUp(.fenced, .leaseLost, last))
        #expect(!isGivenUp(.cancelled, .cancelled, last))
    }

    @Test("a worker is not believed that says it wrote more text than there may be")
    func length() throws {
        var plan = Plan(
            source: Digest.sha256("s"), profile: NodeBench.profile, packaging: .cmaf, video: nil,
            audio: [], images: nil, units: [], warnings: [])
        plan.text = [
            TextRendition(
                name: "t1", streamIndex: 2, language: "und", title: nil, isDefault: false,
                isForced: false, isHearingImpaired: false, sourceTimeBase: Rational(1, 1000),
                origin: .zero, duration: Rational(4), segmentDuration: Rational(2))
        ]
        func piece(_ length: Int64, _ name: String = "t1.vtt") -> Piece {
            Piece(
                name: name, initialization: nil, initializationDigest: nil,
                fragments: [
                    Fragment(
                        extent: Extent(offset: 0, length: length), decodeTime: 0, duration: 0,
                        samples: 0)
                ])
        }
        #expect(throws: Never.self) { try TextStage.check([piece(16 << 20)], plan) }
        for wrong in [[piece((16 << 20) + 1)], [piece(9, "t2.vtt")], [piece(9), piece(9)]] {
            let failure = #expect(throws: Failure.self) { try TextStage.check(wrong, plan) }
            #expect(failure?.category == .crashed)
        }
    }
}
