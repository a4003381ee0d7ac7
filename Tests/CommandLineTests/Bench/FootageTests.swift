import Foundation
import Testing

@testable import reelmill

@Suite("Bench: footage of its own")
struct FootageTests {
    private static let (width, height) = (160, 90)

    private func pictures(_ kind: FootageKind, _ frames: [Int]) -> [FootagePicture] {
        let painter = FootagePainter(kind, framesPerSecond: 24)
        return frames.map {
            var picture = FootagePicture(width: Self.width, height: Self.height)
            painter.paint($0, into: &picture)
            return picture
        }
    }

    /// The mean difference of luma.
    private func distance(_ one: FootagePicture, _ other: FootagePicture) -> Double {
        let count = Self.width * Self.height
        let sum = zip(one.bytes.prefix(count), other.bytes.prefix(count)).reduce(0) {
            $0 + abs(Int($1.0) - Int($1.1))
        }
        return Double(sum) / Double(count)
    }

    @Test(
        "a picture depends on its number alone, and moves from one to the next",
        arguments: FootageKind.allCases)
    func pictures(kind: FootageKind) {
        let some = pictures(kind, [7, 8, 100])
        let again = pictures(kind, [100, 7])
        #expect(some[2].bytes == again[0].bytes && some[0].bytes == again[1].bytes)
        #expect(some[0].bytes != some[2].bytes)
        #expect(Set(some[0].bytes).count > 4)
    }

    @Test(
        "film is cut: the pictures beside a cut differ far more than others that follow each other")
    func cuts() {
        let film = pictures(.film, [57, 58, 59, 60, 61])
        let steps = zip(film, film.dropFirst()).map(distance)
        let usual = [steps[0], steps[1], steps[3]].max() ?? 0
        #expect(steps[2] > 3 * usual)
    }

    @Test("a screen mostly stands still; a camera never does")
    func stillness() {
        let screen = pictures(.screen, [20, 21])
        #expect(distance(screen[0], screen[1]) == 0)
        let camera = pictures(.camera, [20, 21])
        #expect(distance(camera[0], camera[1]) > 1)
    }

    @Test(
        "sound is the same each time, is not silence, and does not clip",
        arguments: FootageKind.allCases)
    func sound(kind: FootageKind) {
        let sound = FootageSound(kind: kind)
        let bytes = sound.bytes(0..<FootageSound.rate)
        #expect(bytes.count == FootageSound.rate * 4)
        #expect(Array(bytes[4000..<8000]) == sound.bytes(1000..<2000))
        let samples = stride(from: 0, to: bytes.count, by: 2).map {
            Int(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8))
        }
        let loudest = samples.map(abs).max() ?? 0
        #expect(loudest > 100 && loudest < 32_767)
    }

    @Test("every kind differs from the others")
    func kinds() {
        let all = FootageKind.allCases.map { pictures($0, [3])[0].bytes }
        #expect(Set(all).count == FootageKind.allCases.count)
    }
}
