/// Footage that encoders find easy and hard in different ways.
enum FootageKind: String, CaseIterable {
    /// Scenes of some seconds with slow pans, moving shapes and a little grain, cut hard.
    case film
    /// A page of text that scrolls by jerks, a caret, and a change from a light page to a dark one.
    case screen
    /// A hand-held camera: shaking and zooming, with the noise of little light.
    case camera
}

/// Numbers that look random and are the same everywhere.
enum FootageNoise {
    /// A mix of the bits of `value` (the finaliser of MurmurHash3).
    static func mixed(_ value: UInt32) -> UInt32 {
        var bits = value
        bits = (bits ^ (bits >> 16)) &* 0x85eb_ca6b
        bits = (bits ^ (bits >> 13)) &* 0xc2b2_ae35
        return bits ^ (bits >> 16)
    }

    static func mixed(_ first: Int, _ second: Int, _ third: Int = 0) -> UInt32 {
        let one = mixed(UInt32(truncatingIfNeeded: first) &* 0x9e37_79b1)
        let two = mixed(one ^ UInt32(truncatingIfNeeded: second) &* 0x7feb_352d)
        return mixed(two ^ UInt32(truncatingIfNeeded: third) &* 0x846c_a68b)
    }
}

/// A square of smooth noise that can be laid side by side, 256 × 256 values from 0 to 255.
struct FootageTexture {
    static let side = 256
    private(set) var values: [UInt8]

    /// Sums octaves, from blobs of 64 values to ones of 4.
    init(seed: Int) {
        let side = FootageTexture.side
        var sums = [Int](repeating: 0, count: side * side)
        for (octave, cell) in [64, 32, 16, 8, 4].enumerated() {
            let cells = side / cell
            let grid = (0..<cells * cells).map {
                Int(FootageNoise.mixed(seed &* 8 &+ octave, $0) & 255)
            }
            for y in 0..<side {
                let (row, offsetY) = (y / cell, y % cell)
                let below = (row + 1) % cells
                for x in 0..<side {
                    let (column, offsetX) = (x / cell, x % cell)
                    let next = (column + 1) % cells
                    let upper =
                        grid[row * cells + column] * (cell - offsetX)
                        + grid[row * cells + next] * offsetX
                    let lower =
                        grid[below * cells + column] * (cell - offsetX)
                        + grid[below * cells + next] * offsetX
                    let value = (upper * (cell - offsetY) + lower * offsetY) / (cell * cell)
                    sums[y * side + x] += value >> (octave + 1)
                }
            }
        }
        values = sums.map { UInt8(clamping: $0) }
    }
}
