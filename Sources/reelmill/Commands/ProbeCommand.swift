import ArgumentParser
import TranscodeModel

struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Show what a video holds, read packet by packet in a worker.",
        discussion: """
            EXAMPLES:
              reelmill probe talk.mov
              reelmill probe talk.mov --json
            """)

    @Argument(help: "The video.", completion: .file())
    var input: String
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var format: JSONOption

    func run() async throws {
        let settings = try Settings.resolve(sandbox: sandbox.sandbox)
        let index = try await SourceProbe(settings).index(input)
        if format.json { return try Console.printJSON("index", index) }
        Console.print("\(input): \(index.container), \(Quantity.bytes(index.byteCount))")
        for track in index.video { Console.print(line(track)) }
        for track in index.audio {
            let seconds =
                (Rational(track.endTicks) - Rational(track.startTicks)) * track.timeBase
            Console.print(
                "  #\(track.streamIndex) audio  \(track.codec), \(track.sampleRate) Hz, "
                    + "\(track.channelLayout), \(track.language), "
                    + "\(Quantity.decimal(seconds.approximation, 3)) s")
        }
        for track in index.text {
            Console.print(
                "  #\(track.streamIndex) text   \(track.codec), \(track.language)"
                    + (track.isForced ? ", forced" : ""))
        }
        if !index.chapters.isEmpty { Console.print("  \(index.chapters.count) chapters") }
        for stream in index.omitted {
            Console.print(
                "  #\(stream.streamIndex) \(stream.kind)  \(stream.codec), left out: "
                    + stream.reason)
        }
        for warning in index.warnings + index.damage.map(\.text) {
            Console.note("reelmill: warning: \(warning)")
        }
    }

    private func line(_ track: VideoTrack) -> String {
        var parts = [
            track.codec, "\(track.width)×\(track.height)", track.pixelFormat,
            "\(track.frameTimes.count) frames", "\(track.randomAccessPoints.count) key frames",
        ]
        if let rate = track.averageFrameRate {
            parts.append("\(Quantity.decimal(rate.approximation, 3)) fps")
        }
        if track.sampleAspect != .one { parts.append("samples \(track.sampleAspect)") }
        if track.orientation != .upright { parts.append("turned: \(track.orientation)") }
        if track.isInterlaced { parts.append("interlaced") }
        return "  #\(track.streamIndex) video  " + parts.joined(separator: ", ")
    }
}
