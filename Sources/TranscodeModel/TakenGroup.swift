/// Units of a plan that are units of an earlier one, taken over because what they made is there. They make what that plan
/// wanted; this one delivers what of it is among its own renditions, to the last setting.
public struct TakenGroup: Hashable, Sendable, Codable {
    /// All that the units make, in the order of their bytes.
    public var renditions: [VideoRendition]
    /// Positions of the units, ascending.
    public var units: [Int]

    public init(renditions: [VideoRendition], units: [Int]) {
        self.renditions = renditions
        self.units = units
    }
}

extension VideoPlan {
    /// What an encode unit makes, in the order of its bytes; `names` are those of its work.
    public func renditions(ofUnit position: Int, named names: [String]) -> [VideoRendition] {
        let group = taken?.first { $0.units.contains(position) }
        return group?.renditions ?? renditions.filter { names.contains($0.name) }
    }
}
