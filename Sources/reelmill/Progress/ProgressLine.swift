import TranscodeModel

/// One job's progress as one line of text.
enum ProgressLine {
    /// `talk.mov  encode  [#####.....]  48 %  ETA 0:52  6871/14315 frames  142 fps  5.92× realtime`
    static func text(
        _ name: String, _ progress: JobProgress, _ pace: JobPace, barColumns: Int = 20
    ) -> String {
        if progress.state.isFinal { return "\(shortened(name))  \(progress.state.rawValue)" }
        var parts = [shortened(name), progress.stage.rawValue]
        if progress.state == .running {
            parts.append("[\(bar(progress.fraction, barColumns))]")
            parts.append("\(Int(progress.fraction * 100)) %")
        }
        if let seconds = pace.remainingSeconds {
            parts.append("ETA \(Quantity.clock(seconds: seconds))")
        }
        if progress.framesTotal > 0 {
            parts.append("\(progress.framesDone)/\(progress.framesTotal) frames")
        }
        if pace.framesPerSecond > 0 {
            parts.append("\(Quantity.decimal(pace.framesPerSecond, 0)) fps")
            parts.append("\(Quantity.decimal(pace.realtimeFactor, 2))× realtime")
        }
        if progress.retries > 0 {
            parts.append("\(progress.retries) \(progress.retries == 1 ? "retry" : "retries")")
        }
        return parts.joined(separator: "  ")
    }

    private static func bar(_ fraction: Double, _ columns: Int) -> String {
        let full = min(columns, max(0, Int(fraction * Double(columns))))
        return String(repeating: "#", count: full) + String(repeating: ".", count: columns - full)
    }

    private static func shortened(_ name: String) -> String {
        name.count <= 24 ? name : "\(name.prefix(11))…\(name.suffix(12))"
    }
}
