import TranscodeModel

/// The WebVTT file that tells players which part of which sheet to show at which time (the image
/// spatial fragment of Media Fragments URI 1.0, section 4.2.2).
enum ThumbnailTrack {
    static func text(_ images: ImagePlan, duration: Rational) -> String {
        let geometry = SpriteGeometry(images)
        var text = "WEBVTT\n"
        for number in 0..<geometry.count {
            let start = Rational(Int64(number)) * images.interval
            // The last one stands until the end.
            let end = number + 1 == geometry.count ? duration : start + images.interval
            let place = geometry.place(of: number)
            text += "\n\(time(start)) --> \(time(max(end, start)))\n"
            text += "\(SpriteGeometry.name(ofSheet: place.sheet))#xywh=\(place.x),\(place.y),"
            text += "\(geometry.width),\(geometry.height)\n"
        }
        return text
    }

    /// `hh:mm:ss.mmm`.
    private static func time(_ seconds: Rational) -> String {
        let milliseconds = seconds.rounded(inParts: 1000)
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        func padded(_ value: Int64, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return "\(padded(whole / 3600, 2)):\(padded(whole / 60 % 60, 2)):\(padded(whole % 60, 2))"
            + ".\(padded(rest, 3))"
    }
}
