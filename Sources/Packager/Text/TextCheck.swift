import TranscodeModel

/// Whether the published text is what a player may be given.
enum TextCheck {
    /// The cues of every rendition that has a file; what is wrong with one is a finding.
    static func cues(
        _ plan: Plan, _ files: [String: any ByteSource], _ list: inout FindingList
    ) -> [String: [TextCue]] {
        var found: [String: [TextCue]] = [:]
        for rendition in plan.text {
            let path = OutputLayout.textPath(rendition.name)
            guard let source = files[path] else { continue }
            do throws(Failure) {
                guard source.byteCount <= 2 * TextBounds.bytesMaximum else {
                    list.add(path, .structure, "it has \(source.byteCount) bytes")
                    continue
                }
                let bytes = try source.read(Extent(offset: 0, length: source.byteCount))
                found[rendition.name] = try WebVTTFile.cues(bytes, of: rendition, path: path)
            } catch {
                list.add(path, .structure, error.message)
            }
        }
        return found
    }
}
