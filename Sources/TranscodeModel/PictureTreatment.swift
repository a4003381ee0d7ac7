/// The steps between decoding and scaling, in the order in which they are done.
public struct PictureTreatment: Hashable, Sendable, Codable {
    public var deinterlaces: Bool
    /// Whether both fields of an interlaced frame become frames of their own.
    public var doublesRate: Bool
    public var toneMaps: Bool
    public var orientation: Orientation
    /// Of the output: 8 or 10.
    public var bitDepth: Int
    /// Of source pictures that do not name their own colours.
    public var sourceColor: ColorDescription
    /// Of what is tone-mapped, in cd/m².
    public var peakLuminance: Int
    /// No output's longer side is longer, so larger pictures are scaled down before they are tone-mapped, which is dear.
    public var sideMaximum: Int
    /// The shape of the source's samples: what the container says of pictures that say `codedAspect`. Others, after a
    /// change in mid-stream, have the shape that they say.
    public var sampleAspect: Rational
    public var codedAspect: Rational

    public init(
        deinterlaces: Bool, doublesRate: Bool = false, toneMaps: Bool, orientation: Orientation,
        bitDepth: Int = 8, sourceColor: ColorDescription = .unknown, peakLuminance: Int = 1000,
        sideMaximum: Int = 16_384,
        sampleAspect: Rational = .one, codedAspect: Rational = .one
    ) {
        self.deinterlaces = deinterlaces
        self.doublesRate = doublesRate
        self.toneMaps = toneMaps
        self.orientation = orientation
        self.bitDepth = bitDepth
        self.sourceColor = sourceColor
        self.peakLuminance = peakLuminance
        self.sideMaximum = sideMaximum
        self.sampleAspect = sampleAspect
        self.codedAspect = codedAspect
    }

    /// The unit of the times of treated pictures: fields are shown between the source's ticks.
    public func timeBase(of source: Rational) -> Rational {
        doublesRate ? source / Rational(2) : source
    }
}
