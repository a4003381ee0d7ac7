import Foundation

/// One row of a list, as CSV or JSON.
enum ListRow {
    /// The fields of one record (RFC 4180): a quote at the start of a field opens it, and is doubled within it; elsewhere it
    /// is a letter like any other.
    static func fields(_ record: String) -> [String] {
        var fields: [String] = []
        var field = ""
        var (isQuoted, isStart) = (false, true)
        var characters = record.makeIterator()
        var next = characters.next()
        while let character = next {
            next = characters.next()
            if isQuoted, character == "\"" {
                guard next == "\"" else {
                    isQuoted = false
                    continue
                }
                field.append("\"")
                next = characters.next()
            } else if isStart, character == "\"" {
                isQuoted = true
            } else if character == ",", !isQuoted {
                fields.append(field)
                (field, isStart) = ("", true)
                continue
            } else {
                field.append(character)
            }
            isStart = false
        }
        return fields + [field]
    }

    static func entry(
        _ fields: [String], columns: [String], line: Int, _ list: String
    ) -> CatalogueEntry {
        guard fields.count == columns.count else {
            return CatalogueEntry(
                fault:
                    "\(list), row \(line): it has \(fields.count) fields where the first line names "
                    + "\(columns.count)", line: line)
        }
        let values = Dictionary(zip(columns, fields)) { first, _ in first }
        return entry(
            values.filter { !$0.value.isEmpty }, metadata: nil, line: line, list)
    }

    static func json(_ text: String, line: Int, _ list: String) -> CatalogueEntry {
        func refused(_ reason: String) -> CatalogueEntry {
            CatalogueEntry(fault: "\(list), row \(line): \(reason)", line: line)
        }
        let value: Any
        do { value = try JSONSerialization.jsonObject(with: Data(text.utf8)) } catch {
            return refused("it is not JSON")
        }
        guard let members = value as? [String: Any] else { return refused("it is no object") }
        var values: [String: String] = [:]
        for (name, value) in members where name != "metadata" {
            if value is NSNull { continue }
            guard known.contains(name), let text = value as? String else {
                return refused(
                    "“\(name)” is not one of \(known.joined(separator: ", ")) with a text, or metadata"
                )
            }
            values[name] = text
        }
        guard let extra = members["metadata"] else {
            return entry(values, metadata: [:], line: line, list)
        }
        guard let metadata = extra as? [String: String] else {
            return refused("“metadata” must be an object of texts")
        }
        return entry(values, metadata: metadata, line: line, list)
    }

    private static let known = ["input", "output", "profile", "tenant", "key"]

    /// - Parameter metadata: nil for what the other columns have.
    private static func entry(
        _ values: [String: String], metadata: [String: String]?, line: Int, _ list: String
    ) -> CatalogueEntry {
        guard let path = values["input"] else {
            return CatalogueEntry(fault: "\(list), row \(line): it names no input", line: line)
        }
        var entry = CatalogueEntry(path: path, name: (path as NSString).lastPathComponent)
        entry.output = values["output"]
        entry.profile = values["profile"]
        entry.tenant = values["tenant"]
        entry.key = values["key"]
        entry.metadata = metadata ?? values.filter { !known.contains($0.key) }
        return entry
    }
}
