import Foundation
import TranscodeModel
import WorkerHost

/// What a unit's end is worth: a word for the table, a death that was contained, what must not be.
struct UnitVerdict {
    var word: String
    var contained: String?
    var findings: [String] = []

    /// What a worker of ours may answer to a file that somebody broke.
    private static let codes: Set<FailureCode> = [
        .sourceEmpty, .sourceUnreadable, .sourceChanged, .notMedia, .externalReference, .noStreams,
        .unsupportedCodec, .encrypted, .overLimit, .truncated, .brokenTimestamps,
        .unsupportedSource, .undecodable, .damaged, .profileMismatch, .wrongFrameCount,
        .outputInvalid,
    ]
    private static let deaths: Set<FailureCode> = [
        .workerCrashed, .workerKilled, .workerStalled, .workerOutOfMemory,
    ]
    /// The host looks four times a second, and this machine may be busy.
    private static let slackSeconds = 20.0

    init(_ unit: String, _ ending: UnitBench.Ending) {
        let usage = ending.outcome.usage
        switch ending.outcome.result {
        case .success: word = "\(unit) ok"
        case .failure(let failure):
            word = "\(unit) \(failure.code.rawValue)"
            if UnitVerdict.deaths.contains(failure.code) {
                contained = "\(unit): \(UnitVerdict.withoutNumbers(failure.message))"
                let expected: [FailureClass] = [.crashed, .transient, .timedOut, .outOfMemory]
                if !expected.contains(failure.category) {
                    findings.append("\(word) is classified as \(failure.category.rawValue)")
                }
            } else if !UnitVerdict.codes.contains(failure.code) {
                findings.append("\(word) is no answer to a broken file: \(failure.message)")
            }
            if failure.message.isEmpty { findings.append("\(word) gives no reason") }
        }
        if usage.wallSeconds > ending.limits.wallSeconds + UnitVerdict.slackSeconds {
            findings.append("\(unit) took \(Int(usage.wallSeconds)) s, past its limit")
        }
        if usage.peakMemoryBytes > Int64(ending.limits.addressSpaceBytes) {
            findings.append("\(unit) used \(usage.peakMemoryBytes) bytes of memory, past its limit")
        }
        if UInt64(ending.staged.count) > ending.limits.fileBytes {
            findings.append("\(unit) wrote \(ending.staged.count) bytes, past its limit")
        }
    }

    /// Addresses, sizes and times differ from one death to the next, and the way of it does not.
    static func withoutNumbers(_ text: String) -> String {
        var result = ""
        for word in text.split(separator: " ") {
            let isNumber = word.contains { $0.isNumber } && !word.hasPrefix("(SIG")
            result += (result.isEmpty ? "" : " ") + (isNumber ? "#" : word)
        }
        return result
    }
}
