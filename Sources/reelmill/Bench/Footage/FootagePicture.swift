/// One picture in I420: luma, then both planes of chroma at half the size, 8 bits each.
struct FootagePicture {
    let width: Int
    let height: Int
    private(set) var bytes: [UInt8]

    /// Both even.
    init(width: Int, height: Int) {
        precondition(width % 2 == 0 && height % 2 == 0 && width > 0 && height > 0)
        self.width = width
        self.height = height
        bytes = [UInt8](repeating: 128, count: width * height * 3 / 2)
    }

    /// Sets all luma from its place.
    mutating func setLuma(_ value: (Int, Int) -> Int) {
        let (width, height) = (width, height)
        bytes.withUnsafeMutableBufferPointer { plane in
            for y in 0..<height {
                for x in 0..<width { plane[y &* width &+ x] = UInt8(clamping: value(x, y)) }
            }
        }
    }

    /// Sets both planes of chroma from their places, in samples of chroma.
    mutating func setChroma(_ value: (Int, Int) -> (Int, Int)) {
        let (width, height) = (width / 2, height / 2)
        let start = width * height * 4
        bytes.withUnsafeMutableBufferPointer { plane in
            for y in 0..<height {
                for x in 0..<width {
                    let (blue, red) = value(x, y)
                    plane[start &+ y &* width &+ x] = UInt8(clamping: blue)
                    plane[start &+ (height &+ y) &* width &+ x] = UInt8(clamping: red)
                }
            }
        }
    }

    /// Fills a rectangle; what lies outside is left out.
    mutating func fill(x: Range<Int>, y: Range<Int>, luma: Int, blue: Int, red: Int) {
        let columns = x.clamped(to: 0..<width)
        for row in y.clamped(to: 0..<height) {
            for column in columns { bytes[row * width + column] = UInt8(clamping: luma) }
            let half = width / 2
            let start = width * height + row / 2 * half
            for column in columns {
                bytes[start + column / 2] = UInt8(clamping: blue)
                bytes[start + half * height / 2 + column / 2] = UInt8(clamping: red)
            }
        }
    }
}
