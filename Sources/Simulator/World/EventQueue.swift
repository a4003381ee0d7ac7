/// What is still to happen, in the order of time; what is due at the same time goes in the order in which it was
/// added.
struct EventQueue<Payload> {
    private struct Key {
        var time: Int64
        var sequence: Int64
        var place: Int

        func isBefore(_ other: Key) -> Bool {
            time != other.time ? time < other.time : sequence < other.sequence
        }
    }

    /// A binary heap of small keys; the payloads stay where they are.
    private var heap: [Key] = []
    private var payloads: [Payload?] = []
    private var free: [Int] = []
    private var sequence: Int64 = 0

    var isEmpty: Bool { heap.isEmpty }
    var nextTime: Int64? { heap.first?.time }

    mutating func add(_ payload: Payload, at time: Int64) {
        let place: Int
        if let reused = free.popLast() {
            place = reused
            payloads[place] = payload
        } else {
            place = payloads.count
            payloads.append(payload)
        }
        sequence += 1
        heap.append(Key(time: time, sequence: sequence, place: place))
        rise()
    }

    mutating func take() -> (time: Int64, payload: Payload)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        guard let payload = payloads[first.place] else {
            preconditionFailure("a key has a payload")
        }
        payloads[first.place] = nil
        free.append(first.place)
        return (first.time, payload)
    }

    private mutating func rise() {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = 2 * parent + 1
            guard least < heap.count else { return }
            if least + 1 < heap.count, heap[least + 1].isBefore(heap[least]) { least += 1 }
            guard heap[least].isBefore(heap[parent]) else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
