/// Many images side by side with captions: samples of a set, gold against predicted, augmentations.
///
/// ```swift
/// var grid = ImageGrid(columns: 4, title: "Mistakes")
/// grid.add(image, gold: "otter", predicted: "seal")
/// try grid.render().write(to: URL(filePath: "mistakes.png"))
/// ```
public struct ImageGrid: Sendable {
  /// An image and what is written below it.
  public struct Cell: Sendable {
    public var image: Image
    /// Lines of text; what is too long for the cell ends with an ellipsis.
    public var caption: [Line]

    /// A line of a caption.
    public struct Line: Sendable {
      public var text: String
      public var color: Color

      public init(_ text: String, color: Color = .black) {
        self.text = text
        self.color = color
      }
    }

    public init(_ image: Image, caption: [Line] = []) {
      self.image = image
      self.caption = caption
    }
  }

  /// The images, row by row.
  public var cells: [Cell]

  /// Images a row.
  public var columns: Int

  /// What is written above all.
  public var title: String

  /// The width of a cell in pixels; images are scaled to fit. Small images need some, for their captions.
  public var cellWidth: Int

  public init(_ cells: [Cell] = [], columns: Int = 4, title: String = "", cellWidth: Int = 160) {
    self.cells = cells
    self.columns = columns
    self.title = title
    self.cellWidth = cellWidth
  }

  /// Images with a line below each.
  public init(
    _ images: [Image], captions: [String] = [], columns: Int = 4, title: String = "", cellWidth: Int = 160
  ) {
    let cells = images.enumerated().map { index, image in
      Cell(image, caption: captions.indices.contains(index) ? [Cell.Line(captions[index])] : [])
    }
    self.init(cells, columns: columns, title: title, cellWidth: cellWidth)
  }

  /// Adds an image with its true class and the predicted one: green if they are the same, red if not.
  public mutating func add(_ image: Image, gold: String, predicted: String) {
    let caption = [
      Cell.Line("gold: \(gold)", color: .grey),
      Cell.Line("pred: \(predicted)", color: gold == predicted ? .good : .bad),
    ]
    cells.append(Cell(image, caption: caption))
  }

  /// The picture of the whole grid, on white.
  ///
  /// - Precondition: there is at least one image, and `columns` and `cellWidth` are positive.
  /// - Throws: ``ImageError`` if the grid is larger than 32,767 pixels a side.
  public func render() throws -> Image {
    precondition(!cells.isEmpty && columns > 0 && cellWidth > 0, "a grid of images without images, columns or width")
    let layout = Layout(self)
    guard layout.width <= 32767, layout.height <= 32767 else {
      let reason = "a grid of \(layout.width) x \(layout.height) pixels; a side may have 32,767"
      throw ImageError(name: "image grid", problem: .undrawable(reason: reason))
    }
    return try Image(width: layout.width, height: layout.height, color: .white).drawing { canvas in
      if !title.isEmpty {
        canvas.text(title, x: 10, y: 8, size: 17, bold: true, width: Double(layout.width - 20))
      }
      for (cell, room) in zip(cells, layout.rooms) { draw(cell, on: canvas, in: room) }
    }
  }

  private func draw(_ cell: Cell, on canvas: Canvas, in room: Layout.Room) {
    let image = cell.image
    let fit = min(room.width / Double(image.width), room.height / Double(image.height))
    let width = max(1, (Double(image.width) * fit).rounded())
    let height = max(1, (Double(image.height) * fit).rounded())
    canvas.paint(
      image, x: room.x + ((room.width - width) / 2).rounded(), y: room.y + room.height - height, width: width,
      height: height)
    for (number, line) in cell.caption.enumerated() {
      canvas.text(
        line.text, x: room.x + room.width / 2, y: room.y + room.height + 3 + Double(number * Layout.lineHeight),
        color: line.color, size: Layout.textSize, alignment: .center, width: room.width)
    }
  }
}

/// Where the parts of a grid go, in pixels.
private struct Layout {
  static let textSize = 12.0
  static let lineHeight = 16
  static let gap = 10
  static let titleHeight = 28
  /// A taller image is made smaller, so that it does not stretch its row.
  static let tallest = 1.5

  /// The place of an image; its caption is below.
  struct Room {
    let x: Double
    let y: Double
    let width: Double
    let height: Double
  }

  private(set) var rooms: [Room] = []
  let width: Int
  let height: Int

  init(_ grid: ImageGrid) {
    let columns = min(grid.columns, grid.cells.count)
    var y = Self.gap + (grid.title.isEmpty ? 0 : Self.titleHeight)
    for start in stride(from: 0, to: grid.cells.count, by: columns) {
      let row = grid.cells[start..<min(start + columns, grid.cells.count)]
      let ratio = row.map { Double($0.image.height) / Double($0.image.width) }.max() ?? 1
      let imageHeight = max(1, (Double(grid.cellWidth) * min(ratio, Self.tallest)).rounded())
      for column in 0..<row.count {
        let x = Self.gap + column * (grid.cellWidth + Self.gap)
        rooms.append(Room(x: Double(x), y: Double(y), width: Double(grid.cellWidth), height: imageHeight))
      }
      let lines = row.map(\.caption.count).max() ?? 0
      y += Int(imageHeight) + (lines > 0 ? 3 + lines * Self.lineHeight : 0) + Self.gap
    }
    width = Self.gap + columns * (grid.cellWidth + Self.gap)
    height = y
  }
}
