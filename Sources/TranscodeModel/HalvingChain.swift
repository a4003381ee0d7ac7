/// Both sides of a picture, in samples.
public struct PictureSize: Hashable, Sendable, Codable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// From which picture each rung is scaled: the source's, or the smallest of its halvings that is half as large again as the
/// rung or just as large. What is scaled twice by nearly the same would be soft.
///
/// It knows the source's picture and no other rung, so that a rung's bytes stay what they are when others come or go.
public struct HalvingChain: Hashable, Sendable {
    /// Of the source as it is seen: treated, with square samples.
    public let picture: PictureSize

    public init(picture: PictureSize) { self.picture = picture }

    /// 0 for the source's own picture.
    public func level(for rung: PictureSize) -> Int {
        var level = 0
        while true {
            let next = size(level + 1)
            let isLarge =
                2 * next.width >= 3 * rung.width && 2 * next.height >= 3 * rung.height
            guard next != size(level), isLarge || next == rung else { return level }
            level += 1
        }
    }

    /// Of a halving, from 1 on: even sides, the nearest to the source's by a power of two.
    public func size(_ level: Int) -> PictureSize {
        guard level > 0 else { return picture }
        func side(_ whole: Int) -> Int {
            max(2, (whole + (1 << level)) / (2 << level) * 2)
        }
        return PictureSize(width: side(picture.width), height: side(picture.height))
    }
}
