/// Changes to the structure of a file, which come past its reader's first look.
enum ElementMutation: CaseIterable {
    case size, name, field, fields, remove, double, swap, nest, splice, empty

    /// Returns whether there was something to change.
    func apply(to bytes: inout [UInt8], donors: [[UInt8]], _ generator: inout Generator) -> Bool {
        let map = ElementMap(bytes)
        guard let element = generator.pick(map.elements) else { return false }
        switch self {
        case .size: changeSize(element, in: &bytes, &generator)
        case .name:
            let other = generator.pick(map.elements)?.name ?? element.name
            guard other.count == element.nameRange.count else { return false }
            bytes.replaceSubrange(element.nameRange, with: other)
        case .field, .fields:
            let leaves = map.elements.filter { !$0.isContainer && !$0.body.isEmpty }
            for _ in 0...(self == .fields ? generator.below(12) : 0) {
                guard let leaf = generator.pick(leaves) else { return false }
                changeField(leaf, in: &bytes, &generator)
            }
        case .remove: replace(element.whole, [], element, map, in: &bytes, &generator)
        case .empty: replace(element.body, [], element, map, in: &bytes, &generator)
        case .double:
            let end = element.body.upperBound
            replace(
                end..<end, Array(bytes[element.whole]), element, map, in: &bytes, &generator)
        case .nest:
            let place = element.body.lowerBound
            replace(
                place..<place, Array(bytes[element.whole]), element, map, in: &bytes, &generator)
        case .swap:
            guard let other = generator.pick(map.elements),
                element.whole.upperBound <= other.whole.lowerBound
            else { return false }
            let (front, back) = (Array(bytes[element.whole]), Array(bytes[other.whole]))
            bytes.replaceSubrange(other.whole, with: front)
            bytes.replaceSubrange(element.whole, with: back)
        case .splice:
            guard let donor = generator.pick(donors) else { return false }
            let foreign = ElementMap(donor)
            let alike = foreign.elements.filter { $0.name == element.name }
            let list = alike.isEmpty || generator.chance(25) ? foreign.elements : alike
            guard let piece = generator.pick(list) else { return false }
            replace(
                element.whole, Array(donor[piece.whole]), element, map, in: &bytes, &generator)
        }
        return true
    }

    private func changeSize(
        _ element: Element, in bytes: inout [UInt8], _ generator: inout Generator
    ) {
        let stated = element.sizeRange.isEmpty ? 0 : element.size(in: bytes)
        let step = UInt64(1 + generator.below(16))
        let size =
            [stated &+ step, stated &- step, stated &* 2, stated / 2, generator.extreme()][
                generator.below(5)]
        element.write(size: size, to: &bytes)
    }

    /// A number somewhere in the element: mostly near its start, where counts and versions are.
    private func changeField(
        _ element: Element, in bytes: inout [UInt8], _ generator: inout Generator
    ) {
        let widths = element.coding == .ebml ? [element.body.count] : [1, 2, 4, 4, 4, 8]
        let width = min(max(widths[generator.below(widths.count)], 1), element.body.count)
        let reach = generator.chance(60) ? min(48, element.body.count) : element.body.count
        let offset = generator.below(max(reach - width, 0) + 1)
        let start = element.body.lowerBound + (width == 4 ? offset / 4 * 4 : offset)
        let range = start..<min(start + min(width, 8), element.body.upperBound)
        let old = bytes.number(at: range)
        let small = UInt64(1 + generator.below(4))
        let value = [generator.extreme(), generator.extreme(), old &+ small, old &- small][
            generator.below(4)]
        bytes.write(value, at: range, isLittle: element.coding == .little)
    }

    /// Replaces a range that belongs to an element; the sizes around it are mostly made right again.
    private func replace(
        _ range: Range<Int>, _ piece: [UInt8], _ element: Element, _ map: ElementMap,
        in bytes: inout [UInt8], _ generator: inout Generator
    ) {
        let growth = piece.count - range.count
        var holders = element.ancestors.map { map.elements[$0] }
        if range.lowerBound >= element.body.lowerBound, range.upperBound <= element.body.upperBound,
            self != .double
        {
            holders.append(element)
        }
        if generator.chance(70) {
            for holder in holders where !holder.sizeRange.isEmpty {
                let size = holder.size(in: bytes)
                holder.write(
                    size: growth < 0 ? size &- UInt64(-growth) : size &+ UInt64(growth), to: &bytes)
            }
        }
        bytes.replaceSubrange(range, with: piece)
    }
}
