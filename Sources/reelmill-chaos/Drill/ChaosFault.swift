/// Why the harness itself cannot go on. What is wrong with the product is a violation, not a fault.
struct ChaosFault: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
