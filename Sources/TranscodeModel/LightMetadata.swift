/// What the master of a picture in high dynamic range was made for, as far as the source says.
public struct LightMetadata: Hashable, Sendable, Codable {
    /// Nil where the source does not name the display.
    public var mastering: MasteringDisplay?
    /// Nil where the source does not measure its pictures.
    public var content: ContentLight?

    public init(mastering: MasteringDisplay? = nil, content: ContentLight? = nil) {
        self.mastering = mastering
        self.content = content
    }

    /// Whether every value can be written into a bitstream.
    public var isInRange: Bool {
        (mastering?.isInRange ?? true) && (content?.isInRange ?? true)
    }
}

/// The display on which a master was graded (SMPTE ST 2086).
public struct MasteringDisplay: Hashable, Sendable, Codable {
    /// A point of the CIE 1931 diagram, in units of 0.00002.
    public struct Chromaticity: Hashable, Sendable, Codable {
        /// 0 to 50,000.
        public var x: Int
        /// 0 to 50,000.
        public var y: Int

        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// The display's primaries and its white.
    public var red: Chromaticity
    public var green: Chromaticity
    public var blue: Chromaticity
    public var white: Chromaticity
    /// Of the display's brightest white, in units of 0.0001 cd/m².
    public var luminanceMaximum: Int
    /// Of its darkest black, in the same units; below the maximum.
    public var luminanceMinimum: Int

    public init(
        red: Chromaticity, green: Chromaticity, blue: Chromaticity, white: Chromaticity,
        luminanceMaximum: Int, luminanceMinimum: Int
    ) {
        self.red = red
        self.green = green
        self.blue = blue
        self.white = white
        self.luminanceMaximum = luminanceMaximum
        self.luminanceMinimum = luminanceMinimum
    }

    /// Chromaticities of 0 to 1, and at most the 10,000 cd/m² that PQ can code.
    public var isInRange: Bool {
        [red, green, blue, white].allSatisfy {
            (0...50_000).contains($0.x) && (0...50_000).contains($0.y)
        } && (1...100_000_000).contains(luminanceMaximum)
            && (0..<luminanceMaximum).contains(luminanceMinimum)
    }
}

/// The brightest pixel and the brightest average of a picture (CTA-861.3), in cd/m²; 0 is unknown.
public struct ContentLight: Hashable, Sendable, Codable {
    /// Of any pixel (MaxCLL).
    public var maximum: Int
    /// Of any picture, on average (MaxFALL).
    public var averageMaximum: Int

    public init(maximum: Int, averageMaximum: Int) {
        self.maximum = maximum
        self.averageMaximum = averageMaximum
    }

    /// Whether both fit the 16 bits that bitstreams have for each.
    public var isInRange: Bool {
        (0...65_535).contains(maximum) && (0...65_535).contains(averageMaximum)
    }
}
