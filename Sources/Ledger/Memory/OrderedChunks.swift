/// A sorted set in chunks: elements go in and out at the cost of one short array, however many there are.
package struct OrderedChunks<Element: Comparable & Hashable & Sendable>: Hashable, Sendable {
    private static var chunkMaximum: Int { 128 }
    private var chunks: [[Element]] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }
    package var first: Element? { chunks.first?.first }

    /// The first chunk that may hold the element: the last one that does not start after it.
    private func chunk(for element: Element) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle][0] <= element { low = middle + 1 } else { high = middle }
        }
        return max(low - 1, 0)
    }

    /// The first place in a chunk whose element is not before this one.
    private func place(of element: Element, in chunk: [Element]) -> Int {
        var low = 0
        var high = chunk.count
        while low < high {
            let middle = (low + high) / 2
            if chunk[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    package mutating func insert(_ element: Element) {
        count += 1
        guard !chunks.isEmpty else {
            chunks = [[element]]
            return
        }
        let index = chunk(for: element)
        let place = place(of: element, in: chunks[index])
        chunks[index].insert(element, at: place)
        if chunks[index].count > Self.chunkMaximum {
            let half = chunks[index].count / 2
            let tail = Array(chunks[index][half...])
            chunks[index].removeSubrange(half...)
            chunks.insert(tail, at: index + 1)
        }
    }

    package mutating func remove(_ element: Element) {
        guard !chunks.isEmpty else { return }
        let index = chunk(for: element)
        let place = place(of: element, in: chunks[index])
        guard place < chunks[index].count, chunks[index][place] == element else { return }
        count -= 1
        chunks[index].remove(at: place)
        if chunks[index].isEmpty { chunks.remove(at: index) }
    }

    /// A place to read on from, in order.
    package struct Cursor {
        fileprivate var chunk: Int
        fileprivate var place: Int
    }

    package var start: Cursor { Cursor(chunk: 0, place: 0) }

    /// The first element that is not before this one.
    package func cursor(at element: Element) -> Cursor {
        guard !chunks.isEmpty else { return start }
        let index = chunk(for: element)
        return Cursor(chunk: index, place: place(of: element, in: chunks[index]))
    }

    package func next(_ cursor: inout Cursor) -> Element? {
        while cursor.chunk < chunks.count {
            if cursor.place < chunks[cursor.chunk].count {
                defer { cursor.place += 1 }
                return chunks[cursor.chunk][cursor.place]
            }
            cursor = Cursor(chunk: cursor.chunk + 1, place: 0)
        }
        return nil
    }
}
