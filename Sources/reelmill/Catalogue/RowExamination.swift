import ArtifactStore
import ContentDigest
import Foundation
import Ledger
import Packager
import TranscodeModel

/// What is to become of a row, from its source, its output and the ledger, as they are now. Changes nothing, but for what
/// a job that has ended had made playable there, which is taken away.
struct RowExamination {
    enum Verdict {
        /// What was known of it still holds.
        case keep
        case skip(SkipReason, String, Digest?)
        case fail(code: String, reason: String, Digest?)
        /// Another row does the same work now: look again when that has ended.
        case await(row: Int)
        /// The same work is under way.
        case follow(JobID, Digest)
        /// To be encoded; an older output may be replaced, by the digest of its receipt.
        case encode(SourceReference, replaces: Digest?)
    }

    /// Why a row is not encoded; a released code never changes its meaning.
    enum SkipReason: String, CaseIterable {
        /// Published before, from the same bytes with the same profile, and sound.
        case doneBefore = "done-before"
        /// Another row has the same bytes and the same profile, and its output is sound.
        case equal
        /// Not what `--only` asks for.
        case notSelected = "not-selected"
    }

    let ledger: any BackfillLedger
    let backfill: String
    let limits: SourceLimits
    let selection: BackfillSelection

    func examine(_ row: BackfillRow) throws -> Verdict {
        let source: SourceReference
        do throws(Failure) {
            let file = try SourceFile.open(row.input)
            try limits.requireBytes(file.byteCount, name: file.path)
            source = SourceReference(file, try file.hash())
        } catch {
            let isKnown =
                row.state == .failed && row.source == nil && row.code == error.code.rawValue
            return isKnown
                ? .keep : .fail(code: error.code.rawValue, reason: error.message, nil)
        }
        let occupant = try EarlyOccupant.job(at: row.output, ledger)
        do throws(Failure) {
            try Destination(path: row.output).check()
        } catch {
            if let occupant, occupant.source.digest == source.digest,
                occupant.profileDigest == row.profile
            {
                return .follow(occupant.id, source.digest)
            }
            guard error.code == .destinationExists else {
                return .fail(code: error.code.rawValue, reason: error.message, source.digest)
            }
            return try occupied(row, source, error)
        }
        return try vacant(row, source)
    }

    /// Nothing is at its destination.
    private func vacant(_ row: BackfillRow, _ source: SourceReference) throws -> Verdict {
        let failedBefore = row.state == .failed || row.state == .quarantined
        if failedBefore, row.source == source.digest, selection != .failed { return .keep }
        if !isAskedFor(row), selection == .changed || selection == .failed && !failedBefore {
            return notSelected(row, source.digest)
        }
        let same = try ledger.rows(
            source: source.digest, profile: row.profile, tenant: row.tenant
        ).filter { $0.output != row.output }
        if let twin = try same.first(where: { try $0.state == .done && isSound($0) }) {
            // What is still to be looked at may soon have another output.
            if twin.isDue, try isOfThisBackfill(twin) { return .await(row: twin.position) }
            return .skip(
                .equal,
                "the same bytes and profile as \(twin.input), whose output is \(twin.output)",
                source.digest)
        }
        if let twin = try same.first(where: isUnderWayHere) { return .await(row: twin.position) }
        return .encode(source, replaces: nil)
    }

    /// What another backfill does is not waited for: it may be paused. Its artifacts are made use of all the same.
    private func isUnderWayHere(_ row: BackfillRow) throws -> Bool {
        guard row.state == .running, let id = row.job, let job = try ledger.job(id) else {
            return false
        }
        return job.terms.backfill == backfill && !job.state.isFinal
    }

    private func isOfThisBackfill(_ row: BackfillRow) throws -> Bool {
        try row.job.flatMap { try ledger.job($0) }?.terms.backfill == backfill
    }

    /// A person has asked for it by `retry`, whatever is selected.
    private func isAskedFor(_ row: BackfillRow) -> Bool {
        row.state == .pending && row.endedPass > 0
    }

    private func notSelected(_ row: BackfillRow, _ source: Digest) -> Verdict {
        // What has come to an end stays as it is.
        row.state.isEnd && row.source == source
            ? .keep : .skip(.notSelected, "not what --only \(selection.rawValue) asks for", source)
    }

    /// Whether the output of a done row is what its receipt says, and of the row's source and profile.
    private func isSound(_ row: BackfillRow) throws -> Bool {
        guard let published = PublishedRow(at: row.output) else { return false }
        return published.isOf(row.source, row.profile) && published.condition.isSound
    }

    /// Something is at its destination.
    private func occupied(
        _ row: BackfillRow, _ source: SourceReference, _ failure: Failure
    ) throws -> Verdict {
        guard let published = PublishedRow(at: row.output) else {
            return .fail(code: failure.code.rawValue, reason: failure.message, source.digest)
        }
        let maker = try ledger.job(published.receipt.job)
        let condition = published.condition
        if published.isOf(source.digest, row.profile) {
            if let maker, !maker.state.isFinal, maker.destination == row.output {
                return .follow(maker.id, source.digest)
            }
            if condition.isSound {
                if row.state == .done, row.source == source.digest { return .keep }
                return .skip(
                    .doneBefore, "published before, and sound", source.digest)
            }
        } else if selection == .missing, !isAskedFor(row) {
            return notSelected(row, source.digest)
        }
        if !isAskedFor(row), selection == .failed, row.state != .failed, row.state != .quarantined {
            return notSelected(row, source.digest)
        }
        // Only what this ledger made of this very source for this place may be replaced.
        guard let maker, maker.destination == row.output, maker.tenant == row.tenant,
            maker.source.locator == row.input
        else {
            return .fail(
                code: failure.code.rawValue,
                reason: "\(row.output): the output of "
                    + "\(maker?.source.locator ?? "a job that this ledger does not know") is there, and "
                    + "it is not overwritten. Remove it, or choose another output directory.",
                source.digest)
        }
        if row.state == .failed || row.state == .quarantined, row.source == source.digest,
            selection != .failed
        {
            return .keep
        }
        if let name = condition.unlisted {
            return .fail(
                code: failure.code.rawValue,
                reason:
                    "\(row.output): \(name) is not of the output that is there, which is therefore not "
                    + "replaced. Move it away, and retry the row.", source.digest)
        }
        return .encode(source, replaces: published.receiptDigest)
    }
}

/// An output that is published, with its receipt.
private struct PublishedRow {
    let receipt: Receipt
    let receiptDigest: Digest
    private let path: String

    /// Nil where there is no receipt that can be read.
    init?(at path: String) {
        let receiptPath = path + "/" + OutputLayout.receiptPath
        guard let data = FileManager.default.contents(atPath: receiptPath) else { return nil }
        do throws(Failure) { receipt = try Receipt.read([UInt8](data), name: receiptPath) } catch {
            return nil
        }
        receiptDigest = Digest.sha256([UInt8](data))
        self.path = path
    }

    func isOf(_ source: Digest?, _ profile: Digest) -> Bool {
        receipt.source.sha256 == source && receipt.profileSHA256 == profile
    }

    struct Condition {
        var isSound: Bool
        /// A file that is not of the output.
        var unlisted: String?
    }

    /// Every byte is read. What somebody has put beside the files of the output does not make it unsound.
    var condition: Condition {
        do throws(Failure) {
            let output = try PublishedOutput.open(path)
            let findings = output.findings().filter { $0.rule != .unexpected }
            return Condition(isSound: findings.isEmpty, unlisted: output.unlistedFiles.first)
        } catch {
            return Condition(isSound: false, unlisted: nil)
        }
    }
}
