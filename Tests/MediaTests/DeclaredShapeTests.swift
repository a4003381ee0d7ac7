import CLibAV
import Testing
import TranscodeModel

@testable import Media

@Suite("Shapes of samples: what a header says, in parts that a plan can have")
struct DeclaredShapeTests {
    @Test("parts that are too large become the nearest that are not")
    func nearest() {
        #expect(Rational(4, 3).asAspect == Rational(4, 3))
        #expect(Rational(65_536, 65_535).asAspect == Rational(65_536, 65_535))
        let fine = Rational(1_000_003, 1_000_000).asAspect
        #expect(fine.numerator <= 65_536 && fine.denominator <= 65_536)
        #expect(abs(fine.approximation - 1.000003) < 1 / 65_536.0)
        #expect(Rational(1, 2_000_000_000).asAspect == Rational(1, 65_536))
        #expect(Rational(2_000_000_000, 1).asAspect == Rational(65_536, 1))
        #expect(Rational(coded: reelmill_rational(2_000_000_001, 1_000_000_000)) == Rational(2))
    }

    @Test("a declared size that is not that of the pictures gives no shape that a plan refuses")
    func corrected() {
        let declared = DeclaredShape(width: 1919, height: 1081)
        let aspect = declared.corrected(Rational(911, 907), width: 1283, height: 719)
        #expect(aspect.numerator <= 65_536 && aspect.denominator <= 65_536)
        let exact = 911.0 / 907 * 1919 / 1081 * 719 / 1283
        #expect(abs(aspect.approximation - exact) < 0.0001)
        #expect(
            DeclaredShape(width: 1280, height: 720).corrected(.one, width: 1280, height: 720)
                == .one)
    }
}
