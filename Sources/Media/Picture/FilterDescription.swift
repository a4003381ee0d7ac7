import CLibAV
import TranscodeModel

/// The filters that a treatment asks for of pictures like one, in libavfilter's words.
struct FilterDescription {
    private let treatment: PictureTreatment
    private let frame: AVFrame

    init(_ treatment: PictureTreatment, _ frame: borrowing Frame) {
        self.treatment = treatment
        self.frame = frame.pointer.pointee
    }

    /// Empty when nothing is to be done. A mirror comes before a turn.
    var text: String {
        var filters: [String] = []
        if treatment.deinterlaces {
            filters.append(
                "bwdif=mode=\(treatment.doublesRate ? "send_field" : "send_frame"):deint=interlaced"
            )
        }
        if let opaque { filters += ["premultiply=inplace=1", "format=\(opaque)"] }
        if treatment.toneMaps { filters.append(toneMapping) }
        if treatment.orientation.isMirrored { filters.append("hflip") }
        switch treatment.orientation.clockwiseDegrees {
        case 90: filters.append("transpose=clock")
        case 180: filters.append("hflip,vflip")
        case 270: filters.append("transpose=cclock")
        default: break
        }
        return filters.joined(separator: ",")
    }

    /// Nil for pictures without alpha; others are laid on black, in a format of at least their depth.
    private var opaque: String? {
        guard let format = av_pix_fmt_desc_get(AVPixelFormat(frame.format)),
            format.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0
        else { return nil }
        let isColor = format.pointee.nb_components > 2
        let isRGB = format.pointee.flags & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
        let depth = format.pointee.comp.0.depth
        let (name, wide) =
            isRGB
            ? ("gbrp", "gbrp12le") : isColor ? ("yuv444p", "yuv444p12le") : ("gray", "gray12le")
        return depth > 8 ? wide : name
    }

    /// Through linear light, where BT.2408's reference white of 203 cd/m² is about the middle of what is left.
    /// What comes in is named in full: zscale refuses pictures that say nothing.
    private var toneMapping: String {
        let color = FilterDescription.color(of: frame, else: treatment.sourceColor)
        let peak = Double(treatment.peakLuminance) / 100
        return "zscale=\(reduction)tin=\(color.transfer):min=\(color.matrix):pin=\(color.primaries)"
            + ":rin=\(color.isFullRange ? "full" : "limited"):t=linear:npl=100"
            + ",format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0:peak=\(peak)"
            + ",zscale=t=bt709:m=bt709:r=limited"
            + ",format=\(treatment.bitDepth > 8 ? "yuv420p10le" : "yuv420p")"
    }

    /// The size to work in, where that of the pictures is more than any output's.
    private var reduction: String {
        let long = Int(max(frame.width, frame.height))
        guard long > treatment.sideMaximum else { return "" }
        func even(_ side: Int32) -> Int {
            max(2, (Int(side) * treatment.sideMaximum + long) / (2 * long) * 2)
        }
        return "w=\(even(frame.width)):h=\(even(frame.height)):f=bicubic:"
    }

    /// What a picture of high dynamic range says of itself, or else what its stream says, in zscale's words.
    private static func color(
        of frame: AVFrame, else stream: ColorDescription
    ) -> ColorDescription {
        let transfer =
            frame.color_trc == AVCOL_TRC_SMPTE2084 || frame.color_trc == AVCOL_TRC_ARIB_STD_B67
            ? ColorName.transfer(frame.color_trc) : stream.transfer
        let isRGB =
            av_pix_fmt_desc_get(AVPixelFormat(frame.format)).map {
                $0.pointee.flags & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
            } ?? false
        let primaries = named(ColorName.primaries(frame.color_primaries), stream.primaries)
        let matrix = named(ColorName.matrix(frame.colorspace), stream.matrix)
        return ColorDescription(
            primaries: zscalePrimaries.contains(primaries) ? primaries : "2020",
            transfer: transfer, matrix: isRGB ? "gbr" : zscaleMatrices[matrix] ?? "2020_ncl",
            isFullRange: isRGB || PictureFitter.isFullRange(frame)
                || (frame.color_range == AVCOL_RANGE_UNSPECIFIED && stream.isFullRange))
    }

    private static func named(_ own: String, _ stream: String) -> String {
        own == "unknown" || own == "gbr" ? stream : own
    }

    private static let zscalePrimaries: Set<String> = [
        "bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020", "smpte428",
        "smpte431", "smpte432",
    ]
    private static let zscaleMatrices = [
        "bt709": "709", "fcc": "fcc", "bt470bg": "470bg", "smpte170m": "170m",
        "smpte240m": "smpte240m", "ycgco": "ycgco", "bt2020nc": "2020_ncl", "bt2020c": "2020_cl",
        "chroma-derived-nc": "chroma-derived-nc", "chroma-derived-c": "chroma-derived-c",
        "ictcp": "ictcp",
    ]
}

/// libavutil's names of colour properties; `unknown` for what has none.
enum ColorName {
    static func primaries(_ value: AVColorPrimaries) -> String {
        text(av_color_primaries_name(value))
    }
    static func transfer(_ value: AVColorTransferCharacteristic) -> String {
        text(av_color_transfer_name(value))
    }
    static func matrix(_ value: AVColorSpace) -> String { text(av_color_space_name(value)) }

    private static func text(_ name: UnsafePointer<CChar>?) -> String {
        name.map { String(cString: $0) } ?? "unknown"
    }
}
