/// Clips to measure with when none is given, made by ffmpeg.
enum SampleClip {
    /// Moving test patterns and a tone.
    static func make(at path: String) throws {
        try ffmpeg([
            "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=30", "-f", "lavfi", "-i",
            "sine=frequency=440:sample_rate=48000:duration=30", "-c:v", "libx264", "-preset",
            "veryfast", "-c:a", "aac", path,
        ])
    }

    /// One small picture.
    static func makePicture(at path: String) throws {
        try ffmpeg([
            "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25", "-frames:v", "1", "-c:v",
            "libx264", "-pix_fmt", "yuv420p", path,
        ])
    }

    private static func ffmpeg(_ arguments: [String]) throws {
        guard let ffmpeg = Program(named: "ffmpeg") else {
            throw CommandFault(
                .usage,
                "there is no INPUT, and no ffmpeg to make a sample with. Name a video; "
                    + "`scripts/footage` fetches one.")
        }
        try ffmpeg.run(["-y", "-nostdin", "-v", "error"] + arguments)
    }
}
