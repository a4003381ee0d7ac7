/// One of the first, one of the second, and so on; when one has no more, the rest of the other.
func takingTurns<Element>(_ first: [Element], _ second: [Element]) -> [Element] {
    let common = min(first.count, second.count)
    return zip(first, second).flatMap { [$0, $1] } + first[common...] + second[common...]
}
