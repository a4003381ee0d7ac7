/// The first of each list, the second of each, and so on; a list that has no more is passed over.
func takingTurns<Element>(_ lists: [Element]...) -> [Element] {
    (0..<(lists.map(\.count).max() ?? 0)).flatMap { rank in
        lists.compactMap { rank < $0.count ? $0[rank] : nil }
    }
}
