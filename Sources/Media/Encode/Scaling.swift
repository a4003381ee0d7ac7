import CLibAV
import TranscodeModel

/// Scales each picture to some rungs of a ladder: each from the halving of the source's picture that `HalvingChain`
/// names, of which only those are made that one of these rungs needs (media rule 4).
struct Scaling {
    let rungs: [RenditionScaler]
    /// From which halving each rung is scaled; 0 for the source's picture.
    private let levels: [Int]
    /// From level 1 on, each made from the one before.
    private let halvings: [SizedPicture]

    init(
        _ renditions: [VideoRendition], of picture: PictureSize, bitDepth: Int,
        color: ColorDescription
    ) throws(Failure) {
        let chain = HalvingChain(picture: picture)
        let levels = renditions.map { chain.level(for: $0.size) }
        var rungs: [RenditionScaler] = []
        for rendition in renditions {
            rungs.append(try RenditionScaler(rendition, bitDepth: bitDepth, color: color))
        }
        var halvings: [SizedPicture] = []
        while halvings.count < levels.max() ?? 0 {
            halvings.append(
                try SizedPicture(
                    chain.size(halvings.count + 1), bitDepth: bitDepth, color: color))
        }
        self.rungs = rungs
        self.levels = levels
        self.halvings = halvings
    }

    /// Scales the reader's picture.
    func scale(
        _ pictures: borrowing GridReader, _ clock: inout StageClock
    ) throws(Failure) {
        var meter = clock
        defer { clock = meter }
        try pictures.withPicture { picture throws(Failure) in
            try give(picture, level: 0, &meter)
        }
        for (index, halving) in zip(halvings.indices, halvings) {
            try halving.withScaled { picture throws(Failure) in
                try give(picture, level: index + 1, &meter)
            }
        }
    }

    /// Scales what is scaled from one level's picture: its rungs, and the next level.
    private func give(
        _ picture: borrowing Frame, level: Int, _ clock: inout StageClock
    ) throws(Failure) {
        for (rung, own) in zip(rungs, levels) where own == level { try rung.scale(picture, &clock) }
        if level < halvings.count { try halvings[level].scale(picture, &clock) }
    }
}
