import Foundation

/// What ffprobe measures of an output's pictures and first sound.
struct OutputView {
    /// Frames, by decoding them.
    var frames: Int?
    /// Seconds; nil without such a stream.
    var video: ClosedRange<Double>?
    var sound: ClosedRange<Double>?

    /// Of the files that hold the largest pictures and the first sound.
    static func of(pictures: String?, sound: String?) throws -> OutputView {
        var view = OutputView()
        if let pictures {
            let stream = try probe(pictures, "v:0", counting: true)
            view.frames = stream?.frames.flatMap { Int($0) }
            view.video = stream?.span
        }
        if let sound { view.sound = try probe(sound, "a:0", counting: false)?.span }
        return view
    }

    private struct Stream: Decodable {
        var start: String?
        var duration: String?
        var frames: String?

        enum CodingKeys: String, CodingKey {
            case start = "start_time"
            case duration
            case frames = "nb_read_frames"
        }

        var span: ClosedRange<Double>? {
            guard let start = start.flatMap({ Double($0) }),
                let length = duration.flatMap({ Double($0) }), length >= 0
            else { return nil }
            return start...(start + length)
        }
    }

    private struct Answer: Decodable { var streams: [Stream]? }

    private static func probe(
        _ path: String, _ stream: String, counting: Bool
    ) throws -> Stream? {
        let ending = try Programs.run(
            "ffprobe",
            ["-v", "error"] + (counting ? ["-count_frames"] : [])
                + [
                    "-select_streams", stream, "-show_entries",
                    "stream=start_time,duration,nb_read_frames", "-of", "json", path,
                ])
        return try JSONDecoder().decode(Answer.self, from: ending.output).streams?.first
    }
}
