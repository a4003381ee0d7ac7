import Foundation

/// The good files that inputs are made of.
struct Footage {
    let folder: String

    /// A small clip: its file name and what ffmpeg is told after its inputs.
    struct Recipe {
        var file: String
        var options: String
    }

    private static let x264 = "-c:v libx264 -preset ultrafast -g 20"
    /// Containers and codecs that uploads come in, each three seconds long and tiny.
    static let recipes = [
        Recipe(file: "reordered.mp4", options: "\(x264) -bf 2 -c:a aac"),
        Recipe(
            file: "fragmented.mp4",
            options: "\(x264) -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof"),
        Recipe(file: "edits.mp4", options: "\(x264) -bf 3 -ss 0.33 -c:a aac -movflags +faststart"),
        Recipe(file: "turned.mov", options: "\(x264) -metadata:s:v rotate=90 -c:a pcm_s16le"),
        Recipe(
            file: "texts.mkv",
            options: "\(x264) -bf 2 -c:a libvorbis -map 2 -map_chapters 3 -c:s srt"),
        Recipe(file: "timed.mp4", options: "\(x264) -c:a aac -map 2 -c:s mov_text"),
        Recipe(file: "ten.mkv", options: "\(x264) -pix_fmt yuv420p10le -c:a flac"),
        Recipe(
            file: "hevc.mp4",
            options:
                "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1 -c:a aac"),
        Recipe(file: "av1.mp4", options: "-c:v libsvtav1 -preset 12 -c:a libopus -strict -2"),
        Recipe(
            file: "vp8.webm", options: "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis"),
        Recipe(
            file: "vp9.webm", options: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"
        ),
        Recipe(file: "h264.ts", options: "\(x264) -bf 2 -c:a aac"),
        Recipe(file: "mpeg2.ts", options: "-c:v mpeg2video -bf 2 -g 12 -c:a mp2"),
        Recipe(
            file: "fields.mpg", options: "-c:v mpeg2video -flags +ilme+ildct -top 1 -c:a mp2 -f vob"
        ),
        Recipe(file: "mpeg1.mpg", options: "-c:v mpeg1video -c:a mp2 -f mpeg"),
        Recipe(file: "mpeg4.avi", options: "-c:v mpeg4 -bf 2 -c:a libmp3lame"),
        Recipe(file: "mjpeg.avi", options: "-c:v mjpeg -pix_fmt yuvj422p -c:a pcm_s16le"),
        Recipe(file: "sorenson.flv", options: "-c:v flv1 -ar 22050 -c:a libmp3lame"),
        Recipe(file: "h264.flv", options: "\(x264) -c:a aac"),
        Recipe(file: "theora.ogv", options: "-c:v libtheora -c:a libvorbis"),
        Recipe(file: "wmv2.wmv", options: "-c:v wmv2 -c:a wmav2"),
        Recipe(file: "h263.3gp", options: "-c:v h263 -s 176x144 -c:a aac"),
        Recipe(file: "prores.mov", options: "-c:v prores_ks -t 0.4 -c:a pcm_s16le"),
        Recipe(file: "moving.gif", options: "-an -r 10 -c:v gif"),
        Recipe(file: "moving.apng", options: "-an -r 5 -t 1 -c:v apng -f apng"),
        Recipe(file: "raw.h264", options: "\(x264) -bf 2 -an"),
        Recipe(
            file: "raw.hevc",
            options: "-an -c:v libx265 -preset ultrafast -x265-params log-level=none"),
        Recipe(file: "sound.wav", options: "-vn -t 1 -c:a pcm_s16le"),
        Recipe(file: "sound.flac", options: "-vn -c:a flac"),
        Recipe(file: "sound.mp3", options: "-vn -c:a libmp3lame"),
        Recipe(file: "sound.opus", options: "-vn -c:a libopus"),
        Recipe(file: "sound.m4a", options: "-vn -c:a aac"),
    ]

    /// The longest file that is taken from elsewhere.
    private static let byteMaximum = 2 << 20

    /// Makes those that this ffmpeg can make.
    func make(_ recipes: [Recipe]) throws {
        let texts = folder + "/../texts.srt"
        let chapters = folder + "/../chapters.txt"
        try Data(
            "1\n00:00:00,200 --> 00:00:01,500\nA <b>line</b>\n\n2\n00:00:02,000 --> 00:00:02,800\nTwo\n"
                .utf8
        )
        .write(to: URL(fileURLWithPath: texts))
        try Data(
            ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Two\n"
                .utf8
        ).write(to: URL(fileURLWithPath: chapters))
        for recipe in recipes {
            let isSound = recipe.options.hasPrefix("-vn")
            let isPicture = recipe.options.contains("-an ") || recipe.options.hasSuffix("-an")
            let maps = (isSound ? [] : ["-map", "0"]) + (isPicture ? [] : ["-map", "1"])
            try ffmpeg(
                [
                    "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=3", "-f", "lavfi",
                    "-i", "sine=frequency=440:duration=3", "-i", texts, "-i", chapters,
                ] + maps + recipe.options.split(separator: " ").map(String.init)
                    + ["-bitexact", "\(folder)/\(recipe.file)"])
        }
        guard !(try FileManager.default.contentsOfDirectory(atPath: folder)).isEmpty else {
            throw FuzzFault("ffmpeg makes none of the clips: run scripts/setup")
        }
    }

    private func ffmpeg(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["SVT_LOG": "1"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        let path = arguments[arguments.count - 1]
        if process.terminationStatus != 0, FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Takes in a file, or the small files of a directory.
    func add(_ path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw FuzzFault("\(path): there is no such file or directory")
        }
        guard isDirectory.boolValue else { return try link(path) }
        for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() {
            let file = path + "/" + name
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            guard attributes[.type] as? FileAttributeType == .typeRegular,
                let size = attributes[.size] as? Int, size <= Footage.byteMaximum
            else { continue }
            try link(file)
        }
    }

    private func link(_ path: String) throws {
        let name = "added-" + path.split(separator: "/").suffix(2).joined(separator: "-")
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/" + name,
            withDestinationPath: URL(fileURLWithPath: path).standardizedFileURL.path)
    }

    /// All files, by name.
    static func load(_ folder: String) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            (name, [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))))
        }
    }
}
