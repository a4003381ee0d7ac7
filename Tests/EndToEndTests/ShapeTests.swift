import Foundation
import Testing

@Suite("Shapes: pictures stand upright, whole and undistorted")
struct ShapeTests {
    /// The first two columns of a display matrix, row by row, of the eight ways in which a picture can lie.
    private static let matrices: [[Int32]] = [
        [1, 0, 0, 1], [-1, 0, 0, 1], [1, 0, 0, -1], [-1, 0, 0, -1],
        [0, 1, 1, 0], [0, 1, -1, 0], [0, -1, 1, 0], [0, -1, -1, 0],
    ]

    /// Sets the matrix of the first track of an MP4 file (ISO/IEC 14496-12, 8.3.2).
    private func turn(_ file: String, _ terms: [Int32]) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: file))
        let header = try #require(data.range(of: Data("tkhd".utf8)))
        let start = header.lowerBound + 44
        let matrix: [Int32] = [
            terms[0] << 16, terms[1] << 16, 0, terms[2] << 16, terms[3] << 16, 0, 0, 0, 1 << 30,
        ]
        data.replaceSubrange(
            start..<start + 36,
            with: matrix.flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) })
        try data.write(to: URL(fileURLWithPath: file))
    }

    @Test("all eight orientations look as ffmpeg turns them", arguments: matrices.indices)
    func orientations(index: Int) throws {
        let scene = try Scene()
        try scene.make([
            "-f", "lavfi", "-i", Scene.patchSource, "-vf", "crop=192:120:0:0", "-pix_fmt",
            "yuv420p",
            "-c:v", "libx264", "-qp", "4", scene.path("in.mp4"),
        ])
        try turn(scene.path("in.mp4"), Self.matrices[index])
        try scene.writeExact()
        let output = try scene.exact("in.mp4")
        let size = try scene.stream(output, "width", "height")
        let swaps = Self.matrices[index][0] == 0
        #expect(size == ["width": swaps ? "120" : "192", "height": swaps ? "192" : "120"])
        func cells(_ file: String) throws -> [Int] {
            try scene.ffmpeg([
                "-i", scene.path(file), "-frames:v", "1", "-vf", "scale=6:6:flags=area,format=gray",
                "-f", "rawvideo",
            ]).map(Int.init)
        }
        let (mine, theirs) = (try cells(output), try cells("in.mp4"))
        #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) <= 3 }, "\(mine), not \(theirs)")
    }

    @Test(
        "odd, tiny and extreme sizes lose at most a line and a column",
        arguments: [
            (175, 143), (161, 121), (496, 241), (16, 1000), (1000, 16), (2, 2), (6, 4), (3, 5),
        ])
    func sizes(width: Int, height: Int) throws {
        let scene = try Scene()
        try scene.make([
            "-f", "lavfi", "-i", "color=0xC82828:s=\(width)x\(height):r=10:d=0.5", "-pix_fmt",
            "yuv444p", "-c:v", "ffv1", scene.path("in.mkv"),
        ])
        try scene.writeExact()
        let output = try scene.exact("in.mkv")
        #expect(
            try scene.stream(output, "width", "height")
                == ["width": String(width / 2 * 2), "height": String(height / 2 * 2)])
        let color = try scene.ffmpeg([
            "-i", scene.path(output), "-frames:v", "1", "-vf", "scale=1:1,format=rgb24", "-f",
            "rawvideo",
        ]).map(Int.init)
        expectEqual([color], [[200, 40, 40]])
    }

    @Test("sizes that an encoder does not take are refused with what would do")
    func tooSmall() throws {
        let scene = try Scene()
        try scene.make([
            "-f", "lavfi", "-i", "color=red:s=32x32:r=10:d=0.5", "-c:v", "ffv1",
            scene.path("in.mkv"),
        ])
        let ending = try scene.reelmill([
            "transcode", scene.path("in.mkv"), "-o", scene.path("out"), "--profile", "av1",
        ])
        #expect(ending.status == 1)
        #expect(ending.errors.contains("32×32"), "\(ending.errors)")
        #expect(ending.errors.contains("h264"), "\(ending.errors)")
    }

    @Test(
        "pictures whose shape changes in mid-stream stand in the middle of black, none is stretched"
    )
    func change() throws {
        let scene = try Scene()
        for (name, size) in [("a.ts", "320x240"), ("b.ts", "320x120")] {
            try scene.make([
                "-f", "lavfi", "-i", "color=0xB4B4B4:s=\(size):r=10:d=1", "-pix_fmt", "yuv420p",
                "-c:v", "libx264", "-bf", "0", "-output_ts_offset", name == "a.ts" ? "0" : "1",
                scene.path(name),
            ])
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("a.ts")))
        bytes += try Data(contentsOf: URL(fileURLWithPath: scene.path("b.ts")))
        try bytes.write(to: URL(fileURLWithPath: scene.path("in.ts")))
        try scene.writeExact()
        let output = try scene.exact("in.ts")
        #expect(try scene.stream(output, "width", "height") == ["width": "320", "height": "240"])
        let middle = try scene.lumas(output, .init(width: 320, height: 100, y: 70))
        let top = try scene.lumas(output, .init(width: 320, height: 56))
        #expect(middle.count == 20 && top.count == 20)
        #expect(middle.allSatisfy { abs($0 - 170) <= 3 }, "\(middle)")
        #expect(top.prefix(10).allSatisfy { abs($0 - 170) <= 3 }, "\(top)")
        #expect(top.suffix(10).allSatisfy { abs($0 - 16) <= 2 }, "\(top)")
    }

    @Test(
        "fields become frames of their own in their order, or one frame of two, by the profile",
        arguments: ["top", "bottom"])
    func fields(order: String) throws {
        let scene = try Scene()
        // Moment n has luma 40 + 3 n all over; each frame holds two moments.
        try scene.make([
            "-f", "lavfi", "-i",
            "color=s=320x240:r=50:d=1,format=yuv420p,geq=lum='40+3*N':cb=128:cr=128,"
                + "tinterlace=interleave_\(order)", "-c:v", "mpeg2video", "-qscale:v", "2",
            "-flags",
            "+ildct+ilme", "-top", order == "top" ? "1" : "0", scene.path("in.ts"),
        ])
        try scene.writeExact(["deinterlace: field"])
        let doubled = try scene.exact("in.ts")
        #expect(try scene.stream(doubled, "r_frame_rate") == ["r_frame_rate": "50/1"])
        let lumas = try scene.lumas(doubled, .init(width: 200, height: 160, x: 60, y: 40))
        #expect(lumas.count == 50)
        // Fields in the wrong order would be off by three, and not ascend.
        #expect(zip(lumas, lumas.dropFirst()).allSatisfy { $0 < $1 }, "\(lumas)")
        for (number, luma) in lumas.enumerated() {
            #expect(abs(luma - (40 + 3 * number)) <= 1, "frame \(number): \(luma)")
        }
        try scene.writeExact(named: "single.yaml")
        let output = try scene.exact(
            scene.copied("in.ts", "copy.ts"), profile: "single.yaml")
        #expect(try scene.stream(output, "r_frame_rate") == ["r_frame_rate": "25/1"])
        let frames = try scene.lumas(output, .init(width: 200, height: 160, x: 60, y: 40))
        #expect(frames.count == 25)
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0 < $1 }, "\(frames)")
        for (number, luma) in frames.enumerated() {
            #expect(abs(luma - (40 + 6 * number)) <= 1, "frame \(number): \(luma)")
        }
    }
}

extension Scene {
    /// The same file under another name, so that its output has one too.
    func copied(_ name: String, _ copy: String) throws -> String {
        try FileManager.default.copyItem(atPath: path(name), toPath: path(copy))
        return copy
    }
}
