import ArtifactStore
import Foundation
import Ledger
import Node
import Packager
import TranscodeModel

/// Whether the store and the published outputs are what the ledger acknowledged (I2, I6, I14), and what is in the
/// store that the ledger knows nothing of.
struct StoreAudit {
    let workplace: Workplace
    /// Read every byte as well: hash each artifact, and check each output that is where it was published.
    let isDeep: Bool

    struct Report: Encodable {
        var artifacts = 0
        var outputs = 0
        var findings: [AuditFinding] = []
        /// Units are leased, so that orphans cannot be told from what is just being made.
        var isBusy = false
        /// What dead attempts left behind: harmless, and removed by the next node or `--remove-orphans`. Empty while
        /// units are leased, for then they may just now be made.
        var orphans: [Orphan] = []
    }

    struct Orphan: Encodable {
        var tenant: String
        /// An artifact's digest, or the name of a staged file.
        var name: String
        var kind: Kind
        enum Kind: String, Encodable { case artifact, staged }
    }

    private static let pageSize = 500

    func report() throws -> Report {
        var report = Report()
        // Listed before the ledger is read, so that what is committed meanwhile is no orphan.
        let stored = try inventory(&report)
        let staged = try workplace.store.staged()
        report.isBusy = try !workplace.ledger.liveLeases().isEmpty
        var known: [String: Set<Digest>] = [:]
        var last: JobID?
        while true {
            let page = try workplace.ledger.jobs(
                JobQuery(limit: StoreAudit.pageSize, after: last))
            for job in page { try check(job, &known, &report) }
            guard page.count == StoreAudit.pageSize else { break }
            last = page.last?.id
        }
        if !report.isBusy {
            for (tenant, digests) in stored.sorted(by: { $0.key < $1.key }) {
                for digest in digests where known[tenant]?.contains(digest) != true {
                    report.orphans.append(
                        Orphan(tenant: tenant, name: digest.hex, kind: .artifact))
                }
            }
            report.orphans += staged.map {
                Orphan(
                    tenant: $0.split(separator: "~").first.map(String.init) ?? "", name: $0,
                    kind: .staged)
            }
        }
        return report
    }

    private func inventory(_ report: inout Report) throws -> [String: [Digest]] {
        let tenants = Set(try workplace.ledger.tenants().map(\.id.text))
        var stored: [String: [Digest]] = [:]
        for name in try workplace.store.tenants() {
            guard let tenant = TenantID(name), tenants.contains(name) else {
                report.findings.append(
                    AuditFinding(
                        "I14", "tenant \(name)",
                        "the store has artifacts of a tenant that the ledger does not know"))
                continue
            }
            stored[name] = try workplace.store.inventory(tenant: tenant)
        }
        return stored
    }

    private func check(
        _ job: JobRecord, _ known: inout [String: Set<Digest>], _ report: inout Report
    ) throws {
        if job.collectedMilliseconds == nil { try checkArtifacts(job, &known, &report) }
        guard isDeep, job.state == .ready, !job.isSuperseded,
            FileManager.default.fileExists(
                atPath: job.destination + "/" + OutputLayout.receiptPath)
        else { return }
        report.outputs += 1
        report.findings += outputFaults(job)
    }

    /// What a job has made, or made use of, is in the store until it is given up; what is left then is an orphan, unless
    /// another job has it.
    private func checkArtifacts(
        _ job: JobRecord, _ known: inout [String: Set<Digest>], _ report: inout Report
    ) throws {
        for made in try workplace.ledger.artifacts(ofJob: job.id)
        where known[job.tenant.text, default: []].insert(made.artifact.digest).inserted {
            report.artifacts += 1
            if let message = fault(made.artifact, job.tenant) {
                report.findings.append(
                    AuditFinding("I2", "\(job.id).\(made.position)", message))
            }
        }
    }

    private func fault(_ artifact: Artifact, _ tenant: TenantID) -> String? {
        do throws(Failure) {
            let file = try workplace.store.open(artifact.digest, tenant: tenant)
            guard file.byteCount == artifact.byteCount else {
                return "artifact \(artifact.digest) has \(file.byteCount) bytes instead of "
                    + "\(artifact.byteCount)"
            }
            guard isDeep else { return nil }
            let digest = try hashOfFile(file.descriptor, path: "artifact \(artifact.digest)").0
            return digest == artifact.digest
                ? nil : "artifact \(artifact.digest) has changed: it is \(digest) now"
        } catch { return error.message }
    }

    /// An output that its owner moved away is no fault; one that is there must be whole, and the job's own.
    private func outputFaults(_ job: JobRecord) -> [AuditFinding] {
        do throws(Failure) {
            let published = try PublishedOutput.open(job.destination)
            guard published.receipt.job == job.id else {
                return [
                    AuditFinding(
                        "I6", job.destination,
                        "the output is of job \(published.receipt.job), not of \(job.id)")
                ]
            }
            return published.findings().map {
                AuditFinding("I6", job.destination, $0.description)
            }
        } catch {
            return [AuditFinding("I6", job.destination, error.message)]
        }
    }

    /// Removes what `report` found and the ledger still says that nothing needs: meanwhile an attempt may have made use
    /// of it.
    func remove(_ orphans: [Orphan]) throws {
        let artifacts = orphans.filter { $0.kind == .artifact }.compactMap { orphan in
            TenantID(orphan.tenant).flatMap { tenant in
                Digest(hex: orphan.name).map {
                    CondemnedArtifact(tenant: tenant, digest: $0, byteCount: 0)
                }
            }
        }
        _ = try workplace.ledger.condemn(artifacts)
        _ = try ArtifactRemoval(ledger: workplace.ledger, store: workplace.store).finish()
        _ = try workplace.store.sweepStaging {
            Set(
                try workplace.ledger.liveLeases().map {
                    StagingName(unit: $0.unit, epoch: $0.epoch)
                })
        }
    }
}
