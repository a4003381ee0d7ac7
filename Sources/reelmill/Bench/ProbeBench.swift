import ArtifactStore
import Foundation
import TranscodeModel

/// Reads a file's index again and again, and hashes its bytes, which is what names it.
struct ProbeBench {
    struct Report: Encodable {
        var name: String
        var bytes: Int64
        /// Seconds of wall time, the best of all runs: the whole worker, from its start to the index in our hands.
        var probeSeconds = Double.infinity
        var hashSeconds = Double.infinity

        var text: String {
            func rate(_ seconds: Double) -> String {
                Quantity.decimal(Double(bytes) / 1e9 / max(seconds, 1e-9), 2) + " GB/s"
            }
            return
                "probe    \(name), \(Quantity.bytes(bytes)): read at \(rate(probeSeconds)), hashed at "
                + rate(hashSeconds)
        }
    }

    private let probe: SourceProbe
    private let runs: Int

    init(_ settings: Settings, runs: Int) {
        probe = SourceProbe(settings)
        self.runs = runs
    }

    func run(_ input: String) async throws -> Report {
        let source = try SourceFile.open(absolute(input))
        var report = Report(
            name: (source.path as NSString).lastPathComponent, bytes: source.byteCount)
        for _ in 0..<runs {
            report.hashSeconds = min(
                report.hashSeconds, try LedgerBenchTime.seconds { _ = try source.hash() })
            let start = LedgerBenchTime.now
            _ = try await probe.index(input)
            report.probeSeconds = min(report.probeSeconds, LedgerBenchTime.now - start)
        }
        return report
    }
}
