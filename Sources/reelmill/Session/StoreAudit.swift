import ArtifactStore
import Ledger
import TranscodeModel

/// Whether the store has what the ledger acknowledged (I2).
struct StoreAudit {
    let workplace: Workplace
    /// Hash what is there as well.
    let readsBytes: Bool

    private static let pageSize = 500

    func findings() throws -> [AuditFinding] {
        var findings: [AuditFinding] = []
        var seen: Set<String> = []
        var last: JobID?
        while true {
            let page = try workplace.ledger.jobs(
                JobQuery(limit: StoreAudit.pageSize, after: last))
            for job in page {
                for made in try workplace.ledger.artifacts(ofJob: job.id)
                where seen.insert(job.tenant.text + made.artifact.digest.hex).inserted {
                    if let message = fault(made.artifact, job.tenant) {
                        findings.append(
                            AuditFinding("I2", "\(job.id).\(made.position)", message))
                    }
                }
            }
            guard page.count == StoreAudit.pageSize else { return findings }
            last = page.last?.id
        }
    }

    private func fault(_ artifact: Artifact, _ tenant: TenantID) -> String? {
        do throws(Failure) {
            let file = try workplace.store.open(artifact.digest, tenant: tenant)
            guard file.byteCount == artifact.byteCount else {
                return "artifact \(artifact.digest) has \(file.byteCount) bytes instead of "
                    + "\(artifact.byteCount)"
            }
            guard readsBytes else { return nil }
            let digest = try hashOfFile(file.descriptor, path: "artifact \(artifact.digest)").0
            return digest == artifact.digest
                ? nil : "artifact \(artifact.digest) has changed: it is \(digest) now"
        } catch { return error.message }
    }
}
