import TranscodeModel

/// Where each thumbnail lies: row by row on sheets of one width, the last sheet only as tall as needed.
struct SpriteGeometry {
    let columns: Int
    let rows: Int
    /// Of one thumbnail.
    let width: Int
    let height: Int
    /// Thumbnails on all sheets.
    let count: Int

    /// A thumbnail's sheet, and its upper left corner there.
    struct Place: Hashable {
        var sheet: Int
        var x: Int
        var y: Int
    }

    init(_ plan: ImagePlan) {
        columns = plan.columns
        rows = plan.rows
        width = plan.thumbnailWidth
        height = plan.thumbnailHeight
        count = plan.thumbnailTimes.count
        precondition(columns > 0 && rows > 0 && width > 0 && height > 0)
    }

    var sheets: Int { (count + columns * rows - 1) / (columns * rows) }

    func place(of thumbnail: Int) -> Place {
        precondition((0..<count).contains(thumbnail))
        let (sheet, rest) = thumbnail.quotientAndRemainder(dividingBy: columns * rows)
        let (row, column) = rest.quotientAndRemainder(dividingBy: columns)
        return Place(sheet: sheet, x: column * width, y: row * height)
    }

    func thumbnails(on sheet: Int) -> Range<Int> {
        sheet * columns * rows..<min((sheet + 1) * columns * rows, count)
    }

    var sheetWidth: Int { columns * width }

    func sheetHeight(_ sheet: Int) -> Int {
        (thumbnails(on: sheet).count + columns - 1) / columns * height
    }

    static func name(ofSheet sheet: Int) -> String {
        let number = String(sheet + 1)
        return "sprite-" + String(repeating: "0", count: max(3 - number.count, 0)) + number + ".jpg"
    }
}
