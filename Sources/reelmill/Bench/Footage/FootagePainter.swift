/// Paints the pictures of one kind of footage, each from its number alone, in whole numbers: the same on every machine.
struct FootagePainter {
    let kind: FootageKind
    let framesPerSecond: Int
    private let textures = (1...4).map { FootageTexture(seed: $0) }

    init(_ kind: FootageKind, framesPerSecond: Int) {
        self.kind = kind
        self.framesPerSecond = framesPerSecond
    }

    func paint(_ frame: Int, into picture: inout FootagePicture) {
        switch kind {
        case .film: film(frame, &picture)
        case .screen: screen(frame, &picture)
        case .camera: camera(frame, &picture)
        }
    }

    private func film(_ frame: Int, _ picture: inout FootagePicture) {
        let scene = frame / max(5 * framesPerSecond / 2, 1)
        let texture = textures[scene % textures.count].values
        let mix = FootageNoise.mixed(scene, 77)
        let (speedX, speedY) = (Int(mix & 7) - 3, Int(mix >> 3 & 3) - 1)
        let (shiftX, shiftY) = (frame &* speedX, frame &* speedY)
        let grain = frame &* 7919
        let dark = Int(mix >> 8 & 63)
        picture.setLuma { x, y in
            let place = ((y &+ shiftY) >> 1 & 255) << 8 | ((x &+ shiftX) >> 1 & 255)
            let noise = Int(
                FootageNoise.mixed(UInt32(truncatingIfNeeded: x &+ y &* 4099 &+ grain)) & 7)
            return 16 &+ dark &+ Int(texture[place]) &* 3 / 4 &+ noise
        }
        let (blue, red) = (Int(mix >> 14 & 63) - 32, Int(mix >> 20 & 63) - 32)
        picture.setChroma { x, y in
            let place = ((y &+ shiftY / 2) & 255) << 8 | ((x &+ shiftX / 2) & 255)
            let value = Int(texture[place]) &- 128
            return (128 &+ blue &+ value / 4, 128 &+ red &- value / 4)
        }
        for number in 0..<5 {
            let size = picture.height / 6 + picture.height / 90 * number
            let path = FootageNoise.mixed(scene, number, 5)
            let step = max((2 + Int(path & 7)) * picture.height / 720, 1)
            let x = bounce(Int(path >> 4 & 4095) + frame * step, picture.width - size)
            let y = bounce(Int(path >> 16 & 4095) + frame * (step / 2), picture.height - size)
            picture.fill(
                x: x..<x + size, y: y..<y + size, luma: 40 + 40 * number,
                blue: 64 + Int(path >> 6 & 127), red: 64 + Int(path >> 9 & 127))
        }
    }

    private func screen(_ frame: Int, _ picture: inout FootagePicture) {
        let isDark = frame / (6 * framesPerSecond) % 2 == 1
        let (paper, ink) = isDark ? (30, 200) : (235, 30)
        // A jerk of 54 lines each second and a half, over a fifth of a second.
        let period = max(3 * framesPerSecond / 2, 1)
        let glide = max(framesPerSecond / 5, 1)
        let scroll = frame / period * 54 + min(frame % period, glide) * 54 / glide
        picture.setLuma { x, y in
            let line = (y &+ scroll) / 18
            let (row, column) = ((y &+ scroll) % 18 &- 4, x / 9)
            let length = 20 &+ Int(FootageNoise.mixed(line, 3) % 90)
            guard row >= 0, row < 10, x % 9 < 7, column > 3, column < length else { return paper }
            let glyph = FootageNoise.mixed(line, column, 11)
            guard glyph & 7 != 0 else { return paper }
            return FootageNoise.mixed(Int(glyph % 64), row / 2 &* 8 &+ x % 9 / 2) & 1 == 0
                ? paper : ink
        }
        picture.setChroma { _, _ in (128, 128) }
        let middle = picture.width / 2
        picture.fill(
            x: 0..<picture.width, y: 0..<picture.height / 16, luma: 90, blue: 160, red: 110)
        if frame / max(framesPerSecond / 2, 1) % 2 == 0 {
            picture.fill(
                x: middle..<middle + 2, y: picture.height / 2..<picture.height / 2 + 14, luma: ink,
                blue: 128, red: 128)
        }
        if frame / (2 * framesPerSecond) % 3 == 1 {
            picture.fill(
                x: middle - picture.width / 6..<middle + picture.width / 6,
                y: picture.height / 3..<picture.height / 2, luma: 160, blue: 110, red: 140)
        }
    }

    private func camera(_ frame: Int, _ picture: inout FootagePicture) {
        let (first, second) = (textures[0].values, textures[2].values)
        let shake = FootageNoise.mixed(frame, 13)
        let (shakeX, shakeY) = (Int(shake & 7) - 3, Int(shake >> 3 & 7) - 3)
        // In 256ths: from 1 to 1.5 and back in eight seconds.
        let zoom = 256 + bounce(frame * 32 / max(framesPerSecond, 1), 128)
        let (middleX, middleY) = (picture.width / 2, picture.height / 2)
        let noiseOfFrame = frame &* 6007
        picture.setLuma { x, y in
            let sourceX = (x &- middleX) &* 256 / zoom &+ middleX &+ shakeX &+ frame
            let sourceY = (y &- middleY) &* 256 / zoom &+ middleY &+ shakeY
            let base = Int(first[(sourceY & 255) << 8 | (sourceX & 255)])
            let fine = Int(second[(sourceY << 1 & 255) << 8 | (sourceX << 1 & 255)])
            let noise =
                Int(
                    FootageNoise.mixed(UInt32(truncatingIfNeeded: x &+ y &* 5003 &+ noiseOfFrame))
                        & 7)
                &- 4
            return 20 &+ (base &* 2 &+ fine) / 4 &+ noise
        }
        picture.setChroma { x, y in
            let place = ((y &+ shakeY) & 255) << 8 | ((x &+ shakeX &+ frame / 2) & 255)
            let value = Int(first[place])
            return (112 &+ value / 8, 144 &- value / 8)
        }
    }

    /// There and back between 0 and `limit`.
    private func bounce(_ value: Int, _ limit: Int) -> Int {
        guard limit > 0 else { return 0 }
        let place = value % (2 * limit)
        return place < limit ? place : 2 * limit - place
    }
}
