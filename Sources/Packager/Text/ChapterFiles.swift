import Foundation
import TranscodeModel

/// The chapters of a CMAF output: WebVTT for the `track` element, JSON for HLS (Apple's “HLS authoring
/// specification”, appendix on the JSON chapter format).
enum ChapterFiles {
    static let textPath = "chapters.vtt"
    static let listPath = "chapters.json"
    /// Of an output with chapters.
    static let paths = [textPath, listPath]

    static func files(_ chapters: [Chapter]) -> [(path: String, text: String)] {
        guard !chapters.isEmpty else { return [] }
        return [(textPath, text(chapters)), (listPath, list(chapters))]
    }

    private static func text(_ chapters: [Chapter]) -> String {
        WebVTTFile.header
            + chapters.map { chapter in
                TextCue(
                    start: milliseconds(chapter.start), end: milliseconds(chapter.end),
                    payload: chapter.title.escapedAsMarkup
                ).block
            }.joined()
    }

    private struct Entry: Encodable {
        struct Title: Encodable {
            var language = "und"
            var title: String
        }
        enum CodingKeys: String, CodingKey {
            case chapter, duration, titles
            case start = "start-time"
        }
        var chapter: Int
        var start: Decimal
        var duration: Decimal
        var titles: [Title]
    }

    private static func list(_ chapters: [Chapter]) -> String {
        let entries = chapters.enumerated().map { number, chapter in
            Entry(
                chapter: number + 1, start: decimal(chapter.start),
                duration: decimal(chapter.end - chapter.start),
                titles: [Entry.Title(title: chapter.title)])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(entries), as: UTF8.self) + "\n" } catch {
            preconditionFailure("chapters cannot be encoded: \(error)")
        }
    }

    private static func milliseconds(_ seconds: Rational) -> Int64 {
        seconds.rounded(inParts: 1000)
    }

    /// Exact, where a floating-point number would be the nearest one.
    private static func decimal(_ seconds: Rational) -> Decimal {
        Decimal(milliseconds(seconds)) / 1000
    }
}
