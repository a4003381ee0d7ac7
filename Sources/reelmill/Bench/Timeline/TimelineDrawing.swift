import Foundation
import TranscodeModel

/// A drawing of a run: workers as rows, attempts at units as bars, time to the right. Pure: text in SVG 1.1, which reads
/// on light and on dark pages.
struct TimelineDrawing {
    let title: String
    /// As `UnitBar.bars` returns them.
    let bars: [UnitBar]

    private static let width = 1000.0
    private static let left = 76.0
    private static let right = 16.0
    private static let top = 44.0
    private static let rowHeight = 26.0
    private static let barHeight = 20.0
    private static let foot = 62.0

    /// Told apart by colour-blind people too: after Okabe and Ito.
    private static let colors: [UnitKind: String] = [
        .probe: "#999999", .encode: "#0072b2", .audio: "#009e73", .images: "#e69f00",
        .text: "#cc79a7", .stitch: "#d55e00", .package: "#56b4e9", .verify: "#b8a900",
        .publish: "#7b4fa3",
    ]

    var text: String {
        let rows = UnitBar.rows(bars)
        let rowCount = (rows.max() ?? -1) + 1
        let start = bars.map(\.startMilliseconds).min() ?? 0
        let length = max((bars.map(\.endMilliseconds).max() ?? 0) - start, 1)
        let bottom = TimelineDrawing.top + Double(max(rowCount, 1)) * TimelineDrawing.rowHeight
        let scale =
            (TimelineDrawing.width - TimelineDrawing.left - TimelineDrawing.right) / Double(length)
        var lines = head(height: bottom + TimelineDrawing.foot)
        lines += axis(length: length, scale: scale, bottom: bottom)
        for row in 0..<rowCount {
            let y = TimelineDrawing.top + (Double(row) + 0.5) * TimelineDrawing.rowHeight
            lines.append(
                "<text class=\"ink\" x=\"\(number(TimelineDrawing.left - 8))\" y=\"\(number(y + 4))\" "
                    + "text-anchor=\"end\">worker \(row + 1)</text>")
        }
        for (bar, row) in zip(bars, rows) {
            lines.append(
                drawing(
                    bar, x: TimelineDrawing.left + Double(bar.startMilliseconds - start) * scale,
                    y: TimelineDrawing.top + Double(row) * TimelineDrawing.rowHeight + 3,
                    width: max(Double(bar.endMilliseconds - bar.startMilliseconds) * scale, 1),
                    offset: Double(bar.startMilliseconds - start) / 1000))
        }
        lines += legend(y: bottom + 44)
        return (lines + ["</svg>", ""]).joined(separator: "\n")
    }

    private func head(height: Double) -> [String] {
        let width = number(TimelineDrawing.width)
        return [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(number(height))\" "
                + "width=\"\(width)\" height=\"\(number(height))\" role=\"img\" "
                + "font-family=\"system-ui, sans-serif\" font-size=\"12\">",
            "<title>\(escaped(title))</title>",
            "<style>",
            ".ink { fill: #1a1a1a } .line { stroke: #1a1a1a; stroke-opacity: 0.18 } "
                + ".bar { stroke: #ffffff; stroke-width: 0.8 } .lost { fill-opacity: 0.35 }",
            "@media (prefers-color-scheme: dark) { .ink { fill: #e8e8e8 } .line { stroke: #e8e8e8 } "
                + ".bar { stroke: #1a1a1a } }",
            "</style>",
            "<text class=\"ink\" x=\"8\" y=\"20\" font-size=\"14\">\(escaped(title))</text>",
        ]
    }

    private func axis(length: Int64, scale: Double, bottom: Double) -> [String] {
        let step = TimelineDrawing.step(seconds: Double(length) / 1000)
        let digits = step < 1 ? (step < 0.1 ? 2 : 1) : 0
        var lines: [String] = []
        var tick = 0
        while Double(tick) * step * 1000 <= Double(length) {
            let seconds = Double(tick) * step
            let x = number(TimelineDrawing.left + seconds * 1000 * scale)
            lines.append(
                "<line class=\"line\" x1=\"\(x)\" y1=\"\(number(TimelineDrawing.top - 4))\" "
                    + "x2=\"\(x)\" y2=\"\(number(bottom + 4))\"/>")
            lines.append(
                "<text class=\"ink\" x=\"\(x)\" y=\"\(number(bottom + 18))\" "
                    + "text-anchor=\"middle\">\(Quantity.decimal(seconds, digits)) s</text>")
            tick += 1
        }
        return lines
    }

    /// The distance of marks: 1, 2 or 5 times a power of ten, so that there are four to ten of them.
    static func step(seconds: Double) -> Double {
        var step = 0.01
        while true {
            for factor in [1.0, 2, 5] where seconds / (step * factor) <= 10 {
                return step * factor
            }
            step *= 10
        }
    }

    private func drawing(
        _ bar: UnitBar, x: Double, y: Double, width: Double, offset: Double
    ) -> String {
        let color = TimelineDrawing.colors[bar.kind] ?? "#999999"
        let lost = bar.ending == .lost ? " lost" : ""
        let title =
            "unit \(bar.position) \(bar.kind.rawValue)"
            + (bar.label.isEmpty ? "" : ", \(bar.label)")
            + ": attempt \(bar.attempt), \(Quantity.decimal(bar.seconds, 2)) s from "
            + "\(Quantity.decimal(offset, 2)) s on"
            + (bar.ending == .lost ? ", without a result" : "")
        return
            "<rect class=\"bar\(lost)\" x=\"\(number(x))\" y=\"\(number(y))\" "
            + "width=\"\(number(width))\" height=\"\(number(TimelineDrawing.barHeight))\" "
            + "fill=\"\(color)\"><title>\(escaped(title))</title></rect>"
    }

    private func legend(y: Double) -> [String] {
        var x = TimelineDrawing.left
        return UnitKind.allCases.filter { kind in bars.contains { $0.kind == kind } }.flatMap {
            kind in
            let color = TimelineDrawing.colors[kind] ?? "#999999"
            let box =
                "<rect x=\"\(number(x))\" y=\"\(number(y - 10))\" width=\"12\" height=\"12\" "
                + "fill=\"\(color)\"/>"
            let word =
                "<text class=\"ink\" x=\"\(number(x + 17))\" y=\"\(number(y))\">\(kind.rawValue)</text>"
            x += 34 + 7 * Double(kind.rawValue.count)
            return [box, word]
        }
    }

    /// With two places at most, so that the same run gives the same text everywhere.
    private func number(_ value: Double) -> String {
        var text = Quantity.decimal(value, 2)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;")
            .replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
            .replacingOccurrences(of: "\"", with: "&quot;")
    }
}
