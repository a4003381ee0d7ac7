import TranscodeModel
import Yams

/// Reads one profile file into a draft, noting everything that is wrong with it.
struct ProfileReader {
    let file: String
    private(set) var findings: [ProfileFinding] = []

    init(file: String) { self.file = file }

    mutating func read(_ yaml: String) -> ProfileDraft {
        var draft = ProfileDraft()
        guard let root = compose(yaml) else { return draft }
        guard let fields = fields(of: root, at: "") else { return draft }
        checkKeys(fields, at: "")
        if let schema = fields["schema"] {
            if schema.int != Profile.schemaVersion {
                note(schema, "schema", "must be \(Profile.schemaVersion)")
            }
        } else {
            note(root, "schema", "is missing; the first line is “schema: \(Profile.schemaVersion)”")
        }
        draft.name = text(fields, "name", at: "")
        if fields["name"] == nil { note(root, "name", "is missing") }
        draft.summary = text(fields, "summary", at: "")
        draft.extends = text(fields, "extends", at: "")
        draft.packaging = choice(fields, "packaging", at: "")
        draft.damage = choice(fields, "damage", at: "")
        draft.video = part(fields, "video") { $0.video($1) }
        draft.audio = part(fields, "audio") { $0.audio($1) }
        draft.images = part(fields, "images") { $0.images($1) }
        draft.text = part(fields, "text") { $0.text($1) }
        draft.publish = part(fields, "publish") { $0.publish($1) }
        return draft
    }

    private mutating func compose(_ text: String) -> Node? {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
            findings.append(finding(line: 1, column: 1, "", "the file is empty"))
        } catch let error as YamlError {
            let mark: Mark? =
                switch error {
                case .scanner(_, _, let mark, _), .parser(_, _, let mark, _),
                    .composer(_, _, let mark, _):
                    mark
                default: nil
                }
            findings.append(
                finding(
                    line: mark?.line ?? 1, column: mark?.column ?? 1, "", "this is not valid YAML"))
        } catch {
            findings.append(finding(line: 1, column: 1, "", "this is not valid YAML: \(error)"))
        }
        return nil
    }

    private mutating func video(_ fields: [String: Node]) -> ProfileDraft.Video {
        checkKeys(fields, at: "video")
        var video = ProfileDraft.Video()
        video.codec = choice(fields, "codec", at: "video")
        video.preset = text(fields, "preset", at: "video")
        video.quality = number(fields, "quality", at: "video")
        video.ladder = ladder(fields["ladder"])
        video.keyFrameIntervalSeconds = seconds(fields, "keyframe", at: "video")
        video.segmentDurationSeconds = seconds(fields, "segment", at: "video")
        video.chunkDurationSeconds = seconds(fields, "chunk", at: "video")
        if let node = fields["max-fps"] {
            video.frameRateMaximum = node.scalar.flatMap { Rational($0.string) }
            guard case .rate(let range) = ProfileSchema.key("video.max-fps").form else {
                preconditionFailure("video.max-fps is no rate in the schema")
            }
            let isRate = video.frameRateMaximum.map {
                $0 >= Rational(range.lowerBound) && $0 <= Rational(range.upperBound)
                    && $0.denominator <= 1001
            }
            if isRate != true {
                note(
                    node, "video.max-fps",
                    "must be a rate from \(range.lowerBound) to \(range.upperBound), such as 60 or "
                        + "30000/1001")
                video.frameRateMaximum = nil
            }
        }
        video.timestamps = choice(fields, "timestamps", at: "video")
        video.parameters = parameters(fields["parameters"])
        video.dynamicRange = choice(fields, "dynamic-range", at: "video")
        video.deinterlacing = choice(fields, "deinterlace", at: "video")
        video.passthrough = flag(fields, "passthrough", at: "video")
        if let node = fields["bit-depth"] {
            video.bitDepth = node.int
            if case .numbers(let all) = ProfileSchema.key("video.bit-depth").form,
                !all.contains(node.int ?? 0)
            {
                note(
                    node, "video.bit-depth",
                    "must be \(all.map(String.init).joined(separator: " or "))")
            }
        }
        return video
    }

    private mutating func audio(_ fields: [String: Node]) -> ProfileDraft.Audio {
        checkKeys(fields, at: "audio")
        var audio = ProfileDraft.Audio(
            codec: choice(fields, "codec", at: "audio"),
            kilobitsPerSecond: number(fields, "bitrate", at: "audio"),
            tracksMaximum: number(fields, "tracks", at: "audio"))
        if let node = fields["surround"] {
            switch node.scalar?.string {
            case "none": audio.surround = .none
            case "5.1": audio.surround = .some(())
            default: note(node, "audio.surround", "must be none or 5.1")
            }
        }
        if let node = fields["copy"] {
            audio.copies = node.scalar.flatMap { Bool($0.string) }
            if audio.copies == nil { note(node, "audio.copy", "must be true or false") }
        }
        audio.surroundKilobitsPerSecond = number(fields, "surround-bitrate", at: "audio")
        if let node = fields["loudness"] {
            if node.scalar?.string == "none" {
                audio.loudness = .none
            } else if let value = tenths(node, of: "audio.loudness") {
                audio.loudness = .some(value)
            } else {
                let range = decibels("audio.loudness")
                note(
                    node, "audio.loudness",
                    "must be none, or LUFS from \(range.lowerBound) to \(range.upperBound), such as -16"
                )
            }
        }
        if let node = fields["true-peak"] {
            audio.truePeak = tenths(node, of: "audio.true-peak")
            if audio.truePeak == nil {
                let range = decibels("audio.true-peak")
                note(
                    node, "audio.true-peak",
                    "must be dBTP from \(range.lowerBound) to \(range.upperBound), such as -1")
            }
        }
        return audio
    }

    /// A number of decibels with at most one decimal.
    private func tenths(_ node: Node, of key: String) -> Rational? {
        let range = decibels(key)
        guard let text = node.scalar?.string else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]),
            let rest = parts.count == 1 ? 0 : parts[1].utf8.count == 1 ? Int64(parts[1]) : nil,
            range.contains(whole)
        else { return nil }
        let sign: Int64 = text.hasPrefix("-") ? -1 : 1
        let value = Rational(whole * 10 + sign * rest, 10)
        return value >= Rational(range.lowerBound) && value <= Rational(range.upperBound)
            ? value : nil
    }

    private func decibels(_ key: String) -> ClosedRange<Int64> {
        guard case .decibels(let range, _, _) = ProfileSchema.key(key).form else {
            preconditionFailure("\(key) is no number of decibels in the schema")
        }
        return range
    }

    private mutating func images(_ fields: [String: Node]) -> ProfileDraft.Images {
        checkKeys(fields, at: "images")
        var images = ProfileDraft.Images(
            posterLines: number(fields, "poster", at: "images"),
            thumbnailIntervalSeconds: seconds(fields, "every", at: "images"),
            thumbnailWidth: number(fields, "width", at: "images"))
        if let node = fields["grid"] {
            let sides = node.string?.split(separator: "x").compactMap { Int($0) } ?? []
            guard case .grid(let range) = ProfileSchema.key("images.grid").form else {
                preconditionFailure("images.grid is no grid in the schema")
            }
            if sides.count == 2, sides.allSatisfy({ range.contains($0) }) {
                (images.columns, images.rows) = (sides[0], sides[1])
            } else {
                note(
                    node, "images.grid",
                    "must be columns x rows of \(range.lowerBound) to \(range.upperBound), such as 10x10"
                )
            }
        }
        return images
    }

    private mutating func text(_ fields: [String: Node]) -> ProfileDraft.Text {
        checkKeys(fields, at: "text")
        return ProfileDraft.Text(tracksMaximum: number(fields, "tracks", at: "text"))
    }

    private mutating func publish(_ fields: [String: Node]) -> ProfileDraft.Publish {
        checkKeys(fields, at: "publish")
        return ProfileDraft.Publish(early: flag(fields, "early", at: "publish"))
    }

    private mutating func ladder(_ node: Node?) -> [Rung]? {
        guard let node else { return nil }
        guard let list = node.sequence, !list.isEmpty else {
            note(node, "video.ladder", "must be a list of rungs, such as [720p@3000, 360p@730]")
            return nil
        }
        var rungs: [Rung] = []
        for item in list {
            let parts = item.string?.split(separator: "@") ?? []
            guard parts.count == 2, parts[0].hasSuffix("p"), let lines = Int(parts[0].dropLast()),
                let rate = Int(parts[1]), (16...8640).contains(lines), (10...200_000).contains(rate)
            else {
                note(
                    item, "video.ladder",
                    "“\(item.string ?? "?")” is not a rung; write lines and average kbit/s, such as "
                        + "720p@3000 (16 to 8640 lines, 10 to 200000 kbit/s)")
                continue
            }
            rungs.append(Rung(lines: lines, averageKilobitsPerSecond: rate))
        }
        rungs.sort { $0.lines > $1.lines }
        if zip(rungs, rungs.dropFirst()).contains(where: { $0.lines == $1.lines }) {
            note(node, "video.ladder", "two rungs have the same number of lines")
        }
        return rungs
    }

    private mutating func parameters(_ node: Node?) -> [String: String]? {
        guard let node else { return nil }
        if node.string == "none" { return [:] }
        guard let fields = fields(of: node, at: "video.parameters") else { return nil }
        var result: [String: String] = [:]
        for (key, value) in fields {
            let text = value.scalar?.string
            guard let text, !(key + text).contains(where: { ":=\n".contains($0) }) else {
                note(value, "video.parameters.\(key)", "must be one word or number, without : or =")
                continue
            }
            result[key] = text
        }
        return result
    }
}

extension ProfileReader {
    private mutating func part<Content>(
        _ fields: [String: Node], _ key: String,
        _ read: (inout ProfileReader, [String: Node]) -> Content
    ) -> ProfileDraft.Part<Content> {
        guard let node = fields[key] else { return .unsaid }
        if node.string == "none" { return .none }
        guard let inner = self.fields(of: node, at: key) else { return .unsaid }
        return .some(read(&self, inner))
    }

    private mutating func fields(of node: Node, at key: String) -> [String: Node]? {
        guard let mapping = node.mapping else {
            note(node, key, "must be keys and values\(key.isEmpty ? "" : ", or “none”")")
            return nil
        }
        var result: [String: Node] = [:]
        for (name, value) in mapping {
            let name = name.string ?? "?"
            if result[name] != nil { note(value, path(key, name), "stands twice") }
            result[name] = value
        }
        return result
    }

    private mutating func checkKeys(_ fields: [String: Node], at key: String) {
        let allowed = ProfileSchema.names(in: key)
        for (name, node) in fields.sorted(by: { $0.key < $1.key }) where !allowed.contains(name) {
            note(
                node, path(key, name),
                "is not known here; allowed are \(allowed.joined(separator: ", "))")
        }
    }

    private mutating func text(
        _ fields: [String: Node], _ key: String, at parent: String
    ) -> String? {
        guard let node = fields[key] else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty, text.utf8.count <= 200 else {
            note(node, path(parent, key), "must be a text of 1 to 200 characters")
            return nil
        }
        return text
    }

    private mutating func number(
        _ fields: [String: Node], _ key: String, at parent: String
    ) -> Int? {
        guard let node = fields[key] else { return nil }
        guard case .number(let range) = ProfileSchema.key(path(parent, key)).form else {
            preconditionFailure("\(parent).\(key) is no number in the schema")
        }
        guard let value = node.int, range.contains(value) else {
            note(
                node, path(parent, key),
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    private mutating func seconds(
        _ fields: [String: Node], _ key: String, at parent: String
    ) -> Int? {
        guard let node = fields[key] else { return nil }
        guard case .seconds(let range) = ProfileSchema.key(path(parent, key)).form else {
            preconditionFailure("\(parent).\(key) are no seconds in the schema")
        }
        guard let text = node.scalar?.string, text.hasSuffix("s"), let value = Int(text.dropLast()),
            range.contains(value)
        else {
            note(
                node, path(parent, key),
                "must be whole seconds from \(range.lowerBound)s to \(range.upperBound)s, such as "
                    + "\(range.contains(6) ? 6 : range.lowerBound)s")
            return nil
        }
        return value
    }

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ fields: [String: Node], _ key: String, at parent: String
    ) -> Choice? where Choice.RawValue == String {
        guard let node = fields[key] else { return nil }
        if let value = node.string.flatMap(Choice.init(rawValue:)) { return value }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        note(node, path(parent, key), "must be one of \(names)")
        return nil
    }

    private mutating func flag(
        _ fields: [String: Node], _ key: String, at parent: String
    ) -> Bool? {
        guard let node = fields[key] else { return nil }
        if let value = node.scalar.flatMap({ Bool($0.string) }) { return value }
        note(node, path(parent, key), "must be true or false")
        return nil
    }

    private func path(_ parent: String, _ key: String) -> String {
        parent.isEmpty ? key : parent + "." + key
    }

    private mutating func note(_ node: Node, _ key: String, _ message: String) {
        let mark = node.mark
        findings.append(finding(line: mark?.line ?? 1, column: mark?.column ?? 1, key, message))
    }

    private func finding(
        line: Int, column: Int, _ key: String, _ message: String
    ) -> ProfileFinding {
        ProfileFinding(file: file, line: line, column: column, key: key, message: message)
    }
}
