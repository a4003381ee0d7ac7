import TranscodeModel

/// The colours of the output (media rule 8): in standard range what the source's pixels are, BT.709 for what was
/// tone-mapped, and the source's own where high dynamic range stays.
enum ColorPlanning {
    /// Always in limited range, and always with all three named.
    static func outputColor(_ track: VideoTrack, keepsRange: Bool) -> ColorDescription {
        let source = track.color
        if source.isHighDynamicRange {
            guard keepsRange else { return all("bt709") }
            return ColorDescription(
                primaries: said(source.primaries) ?? "bt2020", transfer: source.transfer,
                matrix: said(source.matrix) ?? "bt2020nc", isFullRange: false)
        }
        let assumed = assumption(track)
        return ColorDescription(
            primaries: said(source.primaries) ?? assumed.primaries,
            transfer: said(source.transfer) ?? assumed.transfer,
            matrix: said(source.matrix) ?? assumed.matrix, isFullRange: false)
    }

    /// The brightest that the source gets, for tone mapping, in cd/m²: what it says of its content, or else of the
    /// display that it was made on. HLG is for 1000 (ITU-R BT.2100), and so is PQ that says nothing.
    static func peakLuminance(_ track: VideoTrack) -> Int {
        guard track.color.transfer == "smpte2084" else { return 1000 }
        let content = track.light?.content?.maximum ?? 0
        let display = (track.light?.mastering?.luminanceMaximum ?? 0) / 10_000
        let peak = content > 0 ? content : display
        return peak > 0 ? min(max(peak, 100), 10_000) : 1000
    }

    /// What players assume of pictures that say nothing: by what is said of one property for the others, and by the
    /// size otherwise (ITU-R BT.709 from 720 lines on; BT.601 below, of 625 lines or 525).
    private static func assumption(_ track: VideoTrack) -> ColorDescription {
        for name in [track.color.matrix, track.color.primaries] {
            switch name {
            case "bt709": return all("bt709")
            case "smpte170m": return all("smpte170m")
            case "bt470bg": return european
            case "bt2020nc", "bt2020c", "bt2020":
                return ColorDescription(
                    primaries: "bt2020", transfer: track.bitDepth > 10 ? "bt2020-12" : "bt2020-10",
                    matrix: "bt2020nc", isFullRange: false)
            default: continue
            }
        }
        if track.height >= 720 || track.width >= 1280 { return all("bt709") }
        return [576, 608, 288].contains(track.height) && track.width <= 768
            ? european : all("smpte170m")
    }

    /// BT.601 of 625 lines: its transfer is that of 525 (ITU-T H.273, table 3).
    private static let european = ColorDescription(
        primaries: "bt470bg", transfer: "smpte170m", matrix: "bt470bg", isFullRange: false)

    private static func all(_ name: String) -> ColorDescription {
        ColorDescription(primaries: name, transfer: name, matrix: name, isFullRange: false)
    }

    /// Nil for what is no name: RGB has no matrix.
    private static func said(_ name: String) -> String? {
        ["unknown", "reserved", "gbr", ""].contains(name) ? nil : name
    }
}
