/// What a track of AAC-LC says of its codec frames (ISO 14496-3): all that a decoder must know.
struct AACForm: Equatable {
    /// The number of a rate in the standard's table.
    private let rateNumber: Int
    /// 1, 2, or 6 for 5.1.
    let channels: Int

    private static let rates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8000, 7350,
    ]

    var sampleRate: Int { AACForm.rates[rateNumber] }

    /// Nil for what is not plain: other object types, other rates, channels in an order of their own, or one of the
    /// extensions by which HE-AAC doubles the rate.
    private init?(objectType: Int, rateNumber: Int, channels: Int) {
        guard objectType == 2, AACForm.rates.indices.contains(rateNumber),
            [1, 2, 6].contains(channels)
        else { return nil }
        self.rateNumber = rateNumber
        self.channels = channels
    }

    /// From an AudioSpecificConfig, as containers carry it.
    init?(configuration bytes: [UInt8]) {
        guard bytes.count >= 2 else { return nil }
        let word = Int(bytes[0]) << 8 | Int(bytes[1])
        // Frames of 1024 samples, no core coder, no further extension.
        guard word & 7 == 0, AACForm.extends(bytes.dropFirst(2)) == false else { return nil }
        self.init(objectType: word >> 11, rateNumber: word >> 7 & 15, channels: word >> 3 & 15)
    }

    /// Whether what follows the first two bytes switches HE-AAC on; nil for what is not known here.
    private static func extends(_ rest: ArraySlice<UInt8>) -> Bool? {
        if rest.allSatisfy({ $0 == 0 }) { return false }
        let bytes = Array(rest)
        guard bytes.count >= 3, bytes[0] == 0x56, bytes[1] == 0xE5 else { return nil }
        return bytes[2] & 0x80 != 0
    }

    /// From the header of an ADTS frame, which is a whole packet. Returns the header's length too.
    static func adts(_ bytes: UnsafeBufferPointer<UInt8>) -> (form: AACForm, length: Int)? {
        guard bytes.count > 7, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 else { return nil }
        let length = Int(bytes[3] & 3) << 11 | Int(bytes[4]) << 3 | Int(bytes[5]) >> 5
        let header = bytes[1] & 1 == 1 ? 7 : 9
        // More than one raw block in a frame would be more than one codec frame.
        guard length == bytes.count, length > header, bytes[6] & 3 == 0,
            let form = AACForm(
                objectType: Int(bytes[2] >> 6) + 1, rateNumber: Int(bytes[2] >> 2 & 15),
                channels: Int(bytes[2] & 1) << 2 | Int(bytes[3] >> 6))
        else { return nil }
        return (form, header)
    }

    /// The AudioSpecificConfig.
    var configuration: [UInt8] {
        let word = 2 << 11 | rateNumber << 7 | channels << 3
        return [UInt8(word >> 8), UInt8(word & 255)]
    }
}
