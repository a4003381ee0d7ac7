/// The fuzzer itself cannot go on: not a finding.
struct FuzzFault: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
