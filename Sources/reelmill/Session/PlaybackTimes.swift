import Ledger
import TranscodeModel

/// How long a job made people wait, from when it was enqueued.
struct PlaybackTimes: Encodable, Equatable {
    /// Until its first seconds could be played; nil until then. Where nothing is played early, until all is ready.
    var playableSeconds: Double?
    /// Until the whole output was there; nil until then.
    var readySeconds: Double?

    init(_ record: JobRecord, units: [UnitRecord]) {
        func seconds(_ time: Int64?) -> Double? {
            time.map { Double($0 - record.createdMilliseconds) / 1000 }
        }
        let ready = record.state == .ready ? record.finishedMilliseconds : nil
        let preview = units.first { $0.kind == .preview }
        let isPlayed = record.terms.replaces == nil && preview?.state == .done
        readySeconds = seconds(ready)
        playableSeconds = seconds(isPlayed ? preview?.finishedMilliseconds : ready)
    }

    /// Nil when there is nothing to say yet.
    var text: String? {
        let parts = [
            playableSeconds == readySeconds ? nil : playableSeconds.map { ("playable", $0) },
            readySeconds.map { ("ready", $0) },
        ].compactMap { $0 }
        guard !parts.isEmpty else { return nil }
        return parts.map { "\($0.0) after \(Quantity.decimal($0.1, 1)) s" }
            .joined(separator: ", ")
    }
}
