/// Changes to JSON and YAML that leave most of it readable, so that what reads the values is reached.
struct TextMutation {
    /// Words that are put in place of others, beside extreme numbers.
    let words: [String]
    /// How often a word is taken instead of a number.
    var wordPercent = 6

    /// The text with one to six of its words, lines or bytes changed.
    func mutated(_ original: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var text = original
        for _ in 0...generator.below(1 + generator.below(6)) {
            switch generator.below(20) {
            case 0..<16: changeWord(&text, &generator)
            case 16: changeLine(&text, &generator)
            case 17: BlockMutation.flipBits.apply(to: &text, donors: [], &generator)
            case 18: BlockMutation.double.apply(to: &text, donors: [], &generator)
            default: BlockMutation.remove.apply(to: &text, donors: [], &generator)
            }
        }
        return text
    }

    /// Replaces a number or word. A word ends where JSON or YAML ends it.
    private func changeWord(_ text: inout [UInt8], _ generator: inout Generator) {
        guard !text.isEmpty else { return }
        func isEnd(_ byte: UInt8) -> Bool { " \n\t\",:[]{}".utf8.contains(byte) }
        let place = generator.below(text.count)
        // Numbers are what is computed with, so the next one is taken more often than not.
        let isNumber = generator.chance(70)
        var start = place
        while start < text.count,
            isNumber ? !(0x30...0x39).contains(text[start]) : isEnd(text[start])
        {
            start += 1
        }
        guard start < text.count else { return }
        var end = start
        while start > 0, !isEnd(text[start - 1]) { start -= 1 }
        while end < text.count, !isEnd(text[end]) { end += 1 }
        let isFraction = text[start..<end].contains(UInt8(ascii: "/"))
        text.replaceSubrange(start..<end, with: word(isFraction, &generator).utf8)
    }

    private func word(_ isFraction: Bool, _ generator: inout Generator) -> String {
        if !words.isEmpty, generator.chance(wordPercent) {
            return words[generator.below(words.count)]
        }
        if isFraction || generator.chance(2) {
            return number(&generator) + "/" + number(&generator)
        }
        return number(&generator)
    }

    private func number(_ generator: inout Generator) -> String {
        let value = generator.extreme()
        switch generator.below(24) {
        case 0: return "-\(value)"
        case 1: return "\(Int64(truncatingIfNeeded: value))"
        case 2: return "\(value)e\(generator.below(400))"
        case 3: return "\(Double(value) / 1000)"
        case 4: return "\(1 << generator.below(62))"
        default:
            return "\(Int64(truncatingIfNeeded: value).magnitude >> UInt64(generator.below(32)))"
        }
    }

    private func changeLine(_ text: inout [UInt8], _ generator: inout Generator) {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map(Array.init)
        let (from, to) = (generator.below(lines.count), generator.below(lines.count))
        switch generator.below(4) {
        case 0: lines.swapAt(from, to)
        case 1: lines.insert(lines[from], at: to)
        case 2: lines.remove(at: from)
        default:
            lines[from] =
                Array(repeating: UInt8(ascii: " "), count: generator.below(9)) + lines[from]
        }
        text = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}
