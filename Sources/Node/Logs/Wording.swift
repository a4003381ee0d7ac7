import Foundation
import TranscodeModel

extension Work {
    /// For the log of an attempt.
    var text: String {
        switch self {
        case .encode(let chunk, let renditions):
            "chunk \(chunk) of \(renditions.joined(separator: ", "))"
        case .audio(let rendition): "the whole of \(rendition)"
        case .stitch(let rendition): "joining \(rendition)"
        case .preview(let chunk): "making chunk \(chunk) playable"
        case .images, .text, .package, .verify, .publish: kind.rawValue
        }
    }
}

extension Usage {
    /// For the log of an attempt.
    var text: String {
        var parts = [
            String(format: "%.2f s", wallSeconds), String(format: "%.2f CPU-seconds", cpuSeconds),
        ]
        if peakMemoryBytes > 0 { parts.append("at most \(peakMemoryBytes >> 20) MiB of memory") }
        if let confinement { parts.append("sandbox: \(confinement)") }
        return parts.joined(separator: ", ")
    }
}
