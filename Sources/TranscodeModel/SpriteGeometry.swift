/// Where each thumbnail lies: row by row on sheets of one width, the last sheet only as tall as needed.
public struct SpriteGeometry: Hashable, Sendable {
    public let columns: Int
    public let rows: Int
    /// Of one thumbnail.
    public let width: Int
    public let height: Int
    /// Thumbnails on all sheets.
    public let count: Int

    /// A thumbnail's sheet, and its upper left corner there.
    public struct Place: Hashable, Sendable {
        public var sheet: Int
        public var x: Int
        public var y: Int
    }

    public init(_ plan: ImagePlan) {
        columns = plan.columns
        rows = plan.rows
        width = plan.thumbnailWidth
        height = plan.thumbnailHeight
        count = plan.thumbnailTimes.count
        precondition(columns > 0 && rows > 0 && width > 0 && height > 0)
    }

    /// How many sheets there are.
    public var sheets: Int { (count + columns * rows - 1) / (columns * rows) }

    public func place(of thumbnail: Int) -> Place {
        precondition((0..<count).contains(thumbnail))
        let (sheet, rest) = thumbnail.quotientAndRemainder(dividingBy: columns * rows)
        let (row, column) = rest.quotientAndRemainder(dividingBy: columns)
        return Place(sheet: sheet, x: column * width, y: row * height)
    }

    /// Which thumbnails lie on a sheet.
    public func thumbnails(on sheet: Int) -> Range<Int> {
        sheet * columns * rows..<min((sheet + 1) * columns * rows, count)
    }

    /// Of every sheet, in pixels.
    public var sheetWidth: Int { columns * width }

    public func sheetHeight(_ sheet: Int) -> Int {
        (thumbnails(on: sheet).count + columns - 1) / columns * height
    }

    /// The file name of a sheet.
    public static func name(ofSheet sheet: Int) -> String {
        let number = String(sheet + 1)
        return "sprite-" + String(repeating: "0", count: max(3 - number.count, 0)) + number + ".jpg"
    }
}
