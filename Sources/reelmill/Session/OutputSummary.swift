import ArtifactStore
import Foundation
import Ledger
import Packager
import TranscodeModel

/// What a finished job left at its destination.
struct OutputSummary: Encodable {
    var job: JobID
    var output: String
    var files: [Receipt.File]
    var warnings: [String]
    /// By rendition, where the profile asks for a loudness.
    var loudness: [String: LoudnessRecord]?
    var bytes: Int64
    /// Seconds of the presentation.
    var duration: Double
    /// From enqueueing to publishing.
    var wallSeconds: Double
    /// From enqueueing until the first seconds could be played.
    var playableSeconds: Double?
    /// Of all units' successful attempts.
    var cpuSeconds: Double
    var peakWorkerMemoryBytes: Int64

    init(_ record: JobRecord, ledger: any Ledger) throws {
        let path = record.destination + "/" + OutputLayout.receiptPath
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFault(
                .unreachable, "\(path): the receipt of job \(record.id) cannot be read.")
        }
        let receipt = try Receipt.read([UInt8](data), name: path)
        job = record.id
        output = record.destination
        files = receipt.files
        warnings = receipt.warnings
        loudness = receipt.loudness
        bytes = receipt.files.reduce(0) { $0 + $1.bytes }
        duration = receipt.plan.duration.approximation
        wallSeconds =
            Double((record.finishedMilliseconds ?? 0) - record.createdMilliseconds) / 1000
        playableSeconds =
            PlaybackTimes(record, units: try ledger.units(ofJob: record.id)).playableSeconds
        let usages = try ledger.artifacts(ofJob: record.id).map(\.artifact.usage)
        cpuSeconds = usages.reduce(0) { $0 + $1.cpuSeconds }
        peakWorkerMemoryBytes = usages.map(\.peakMemoryBytes).max() ?? 0
    }

    var text: String {
        var table = TextTable(
            header: ["FILE", "BYTES", "FRAMES", "SECONDS"], rightAligned: [1, 2, 3])
        for file in files {
            table.add([
                file.path, Quantity.bytes(file.bytes), file.frames.map(String.init) ?? "",
                file.duration.map { Quantity.decimal($0.approximation, 2) } ?? "",
            ])
        }
        let measured = (loudness ?? [:]).sorted { $0.key < $1.key }.map { name, record in
            let peak = record.truePeakThousandths.map { Decibels.text($0) + " dBTP" } ?? "silence"
            return "\n\(name): \(Decibels.text(record.integratedThousandths)) LUFS, \(peak); gain "
                + "\(Decibels.text(record.gainThousandths)) dB"
        }.joined()
        let size = "\(output): \(Quantity.bytes(bytes)) in \(files.count + 1) files"
        let cost =
            "\(Quantity.decimal(cpuSeconds, 1)) CPU-seconds, at most "
            + "\(Quantity.bytes(peakWorkerMemoryBytes)) a worker"
        guard duration > 0, wallSeconds > 0 else {
            return "\(table.text)\n\(measured)\n\(size) (\(cost))"
        }
        return
            "\(table.text)\n\(measured)\n\(size), \(Quantity.clock(seconds: duration)) of video in "
            + "\(Quantity.clock(seconds: wallSeconds)) "
            + "(\(Quantity.decimal(duration / wallSeconds, 2))× realtime, \(cost))"
    }
}
