import Ledger
import TranscodeModel

/// Virtual times are sums of fractions, which the order of adding may change in the last bits.
private func rounded(_ seconds: Double) -> Double { (seconds * 1e9).rounded() / 1e9 }

struct RoundedTenant: Equatable {
    var record: TenantRecord

    init(_ record: TenantRecord) {
        self.record = record
        self.record.virtualTime = rounded(record.virtualTime)
    }
}

struct RoundedSurvey: Equatable {
    var survey: LedgerSurvey

    init(_ survey: LedgerSurvey) {
        self.survey = survey
        self.survey.virtualTime = rounded(survey.virtualTime)
        for index in survey.candidates.indices {
            self.survey.candidates[index].tenantVirtualTime = rounded(
                survey.candidates[index].tenantVirtualTime)
        }
        for index in survey.stragglers.indices {
            self.survey.stragglers[index].peersEstimatedSeconds = rounded(
                survey.stragglers[index].peersEstimatedSeconds)
        }
    }
}

extension LedgerOperation {
    /// Those whose rows it may change.
    var jobs: [JobID] {
        switch self {
        case .register, .retire, .setBreaker: []
        case .lease(let picks, _, _): picks.map(\.unit.job)
        case .hedge(let token, _, _, _): [token.unit.job]
        case .renew(let held, _): held.map(\.token.unit.job)
        case .complete(let completion): [completion.token.unit.job]
        case .release(let release): [release.token.unit.job]
        }
    }
}

extension Digest {
    /// Stands for hashes that are not compared.
    static let uncompared = Digest.zero

    private static var zero: Digest {
        guard let digest = Digest(bytes: [UInt8](repeating: 0, count: Digest.byteCount)) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }
}
