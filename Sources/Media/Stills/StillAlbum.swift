import CLibAV
import TranscodeModel

/// Scales the pictures found, puts them in their places and writes the files that are full.
struct StillAlbum: ~Copyable {
    private let geometry: SpriteGeometry
    private var posterScaler: StillScaler
    private var thumbnailScaler: StillScaler
    private var file: StagingFile
    /// Sheets that are begun, by number.
    private var sheets: [Int: SpriteSheet] = [:]
    private var poster: Piece?
    private var sprites: [Int: Piece] = [:]
    private(set) var picturesPlaced = 0

    init(_ plan: ImagePlan, staging: Int32) {
        geometry = SpriteGeometry(plan)
        posterScaler = StillScaler(
            width: plan.posterWidth, height: plan.posterHeight, color: plan.color)
        thumbnailScaler = StillScaler(
            width: plan.thumbnailWidth, height: plan.thumbnailHeight, color: plan.color)
        file = StagingFile(descriptor: staging)
    }

    var bytesWritten: Int64 { file.offset }

    /// Uses one upright picture for all of `wishes`.
    mutating func place(
        _ picture: borrowing Frame, for wishes: [StillWish], _ clock: inout StageClock
    ) throws(Failure) {
        let thumbnails = wishes.compactMap { wish in
            if case .thumbnail(let number) = wish.purpose { number } else { nil }
        }
        if !thumbnails.isEmpty {
            let start = clock.now
            let thumbnail = try thumbnailScaler.scale(picture)
            clock.add("scale", since: start)
            for number in thumbnails { try paste(thumbnail, number, &clock) }
        }
        if thumbnails.count < wishes.count {
            var start = clock.now
            let scaled = try posterScaler.scale(picture)
            clock.add("scale", since: start)
            start = clock.now
            let bytes = try JPEGFile.bytes(of: scaled, scale: JPEGFile.posterScale)
            clock.add("encode", since: start)
            poster = try piece("poster.jpg", bytes, pictures: 1)
        }
        picturesPlaced += wishes.count
    }

    private mutating func paste(
        _ thumbnail: borrowing Frame, _ number: Int, _ clock: inout StageClock
    ) throws(Failure) {
        let place = geometry.place(of: number)
        let sheet: SpriteSheet
        if let begun = sheets[place.sheet] {
            sheet = begun
        } else {
            sheet = try SpriteSheet(geometry, sheet: place.sheet)
            sheets[place.sheet] = sheet
        }
        sheet.paste(thumbnail, at: place)
        guard sheet.isComplete else { return }
        let start = clock.now
        let bytes = try sheet.bytes()
        clock.add("encode", since: start)
        sprites[place.sheet] = try piece(
            SpriteGeometry.name(ofSheet: place.sheet), bytes,
            pictures: geometry.thumbnails(on: place.sheet).count)
        sheets[place.sheet] = nil
    }

    private mutating func piece(
        _ name: String, _ bytes: [UInt8], pictures: Int
    ) throws(Failure) -> Piece {
        let extent = try file.append(bytes)
        return Piece(
            name: name, initialization: nil, initializationDigest: nil,
            fragments: [Fragment(extent: extent, decodeTime: 0, duration: 0, samples: pictures)])
    }

    /// The poster, then the sheets in order. All wishes must have been placed.
    func pieces() -> [Piece] {
        guard let poster, sheets.isEmpty else { preconditionFailure("a picture is missing") }
        return [poster] + (0..<geometry.sheets).map { sprites[$0]! }
    }
}
