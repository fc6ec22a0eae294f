import Foundation
import Testing
import Torch

@testable import FoveaImaging

private let blank = Image(width: 120, height: 90, color: .white)

private func color(_ image: Image, _ x: Int, _ y: Int) -> Color {
  Color(red: image[x, y, 0], green: image[x, y, 1], blue: image[x, y, 2])
}

/// Columns and rows in which a picture differs from white.
private func inked(_ image: Image) -> (columns: ClosedRange<Int>, rows: ClosedRange<Int>)? {
  var columns: [Int] = []
  var rows: [Int] = []
  for y in 0..<image.height {
    for x in 0..<image.width where color(image, x, y) != .white {
      columns.append(x)
      rows.append(y)
    }
  }
  guard let left = columns.min(), let right = columns.max(), let top = rows.min(), let bottom = rows.max() else {
    return nil
  }
  return (left...right, top...bottom)
}

@Suite struct DrawingTests {
  @Test(arguments: [1, 3, 4]) func drawingNothingChangesNothing(channels: Int) throws {
    let image = sample(width: 31, height: 17, channels: channels)
    #expect(try image.drawing { _ in } == image.converted(to: .rgb))
  }

  @Test func boxesLieOnTheirPixels() throws {
    let picture = try blank.drawing { $0.box(left: 20, top: 30, right: 60, bottom: 70, color: .distinct(1)) }
    for (x, y) in [(21, 50), (58, 50), (40, 31), (40, 68)] { #expect(color(picture, x, y) == .distinct(1)) }
    for (x, y) in [(40, 50), (15, 50), (65, 50), (40, 25), (40, 75)] { #expect(color(picture, x, y) == .white) }
  }

  @Test func labelsStayInsideAndApart() throws {
    let canvas = try Canvas(blank)
    for left in [0.0, 5, 100, 20, 30] {
      canvas.box(left: left, top: 1, right: left + 40, bottom: 80, color: .distinct(2), label: "a name 0.99")
    }
    canvas.box(left: -50, top: -50, right: 500, bottom: 500, color: .distinct(3), label: "everything and more of it")
    for plate in canvas.plates {
      #expect(plate.x >= 0 && plate.x + plate.width <= 120.5 && plate.y >= 0 && plate.y + plate.height <= 90)
    }
    #expect(canvas.plates.count == 6)
    for first in 0..<3 {
      for second in 0..<first { #expect(!canvas.plates[first].overlaps(canvas.plates[second])) }
    }
  }

  @Test func wildCoordinatesAreHarmless() throws {
    let wild = [Double.nan, .infinity, -.infinity, 1e300, -1e300, 0]
    let picture = try blank.drawing { canvas in
      for first in wild {
        for second in wild {
          canvas.box(left: first, top: second, right: second, bottom: first, color: .black, label: "wild")
          canvas.line(from: (first, second), to: (second, first), color: .black)
          canvas.points([(first, second)], color: .black)
          canvas.text("wild", x: first, y: second)
        }
      }
    }
    #expect(picture.width == 120)
  }

  @Test func textFitsItsRoom() throws {
    let short = try #require(inked(blank.drawing { $0.text("Äpfel", x: 10, y: 20, size: 14) }))
    #expect(short.columns.lowerBound >= 9 && short.rows.lowerBound >= 19 && short.rows.upperBound <= 38)
    let long = String(repeating: "wide ", count: 50)
    let cut = try #require(inked(blank.drawing { $0.text(long, x: 10, y: 20, width: 70) }))
    #expect(cut.columns.upperBound <= 81 && cut.columns.upperBound > 55)
    let centered = try #require(inked(blank.drawing { $0.text("mid", x: 60, y: 20, alignment: .center) }))
    #expect(abs(centered.columns.lowerBound + centered.columns.upperBound - 120) <= 3)
    #expect(try inked(blank.drawing { $0.text("a\0b\nc", x: 10, y: 20) }) != nil)
    #expect(try inked(blank.drawing { $0.text("", x: 10, y: 20) }) == nil)
  }

  @Test func masksTintAndOutline() throws {
    let mask = Tensor.zeros([90, 120])
    mask[10..<30, 40..<80].fill_(1)
    let picture = try blank.drawing { $0.mask(mask, color: .distinct(0), opacity: 0.5) }
    #expect(color(picture, 40, 10) == .distinct(0) && color(picture, 79, 29) == .distinct(0))
    #expect(color(picture, 39, 20) == .white && color(picture, 80, 20) == .white && color(picture, 60, 30) == .white)
    let red = Color.distinct(0)
    for (channel, part) in [red.red, red.green, red.blue].enumerated() {
      #expect(abs(Double(picture[60, 20, channel]) - (255 + Double(part)) / 2) <= 1.5)
    }
  }

  @Test func labelMapsShowEachClass() throws {
    let map = Tensor.zeros([90, 120], dtype: .int64)
    map[0..., 60...].fill_(4)
    map[80..., 0...].fill_(255)
    let picture = try blank.drawing { $0.labelMap(map, opacity: 1) }
    #expect(color(picture, 30, 40) == .distinct(0))
    #expect(color(picture, 90, 40) == .distinct(4))
    #expect(color(picture, 90, 85) == .white)
  }

  @Test func boxesComeFromTensors() throws {
    let boxes = Tensor([10, 30, 50, 60, 60, 30, 110, 80] as [Float], shape: [2, 4])
    let picture = try blank.drawing(boxes: boxes, classes: [3, 9], names: ["a", "b", "c", "d"], scores: [0.5, 1])
    #expect(color(picture, 11, 45) == .distinct(3) && color(picture, 61, 55) == .distinct(9))
    #expect(try blank.drawing(boxes: Tensor.zeros([0, 4])) == blank)
    // Two boxes of one class have the labels that they are given.
    let (same, own) = (["d 1", "d 1"], ["d 1", "d 2"])
    let drawn = try [same, own].map { try blank.drawing(boxes: boxes, classes: [3, 3], labels: $0) }
    #expect(drawn[0] != drawn[1])
  }

  @Test func keyPointsOfZeroVisibilityAreNotDrawn() throws {
    let points = Tensor([20, 20, 2, 90, 60, 0] as [Float], shape: [1, 2, 3])
    let picture = try blank.drawing(keypoints: points)
    #expect(color(picture, 20, 20) == .distinct(0) && color(picture, 90, 60) == .white)
  }

  @Test func scaleMakesRoom() throws {
    let picture = try sample(width: 8, height: 6, channels: 3).drawing(scale: 10) { canvas in
      canvas.points([(4, 3)], color: .distinct(1))
    }
    #expect(picture.width == 80 && picture.height == 60)
    #expect(color(picture, 40, 30) == .distinct(1))
    // Small images keep their pixels.
    #expect(color(picture, 2, 2) == color(sample(width: 8, height: 6, channels: 3), 0, 0))
  }

  @Test func tooLargeToDrawOn() {
    let wide = Image(width: 40_000, height: 1, color: .white)
    #expect(throws: ImageError.self) { try wide.drawing { _ in } }
    #expect(throws: ImageError.self) { try blank.drawing(scale: 1e9) { _ in } }
    #expect(throws: ImageError.self) { try blank.drawing(scale: .nan) { _ in } }
  }
}

@Suite struct ImageGridTests {
  @Test func cellsLieSideBySide() throws {
    let images = (0..<5).map { Image(width: 4, height: 4, color: .distinct($0)) }
    let picture = try ImageGrid(images, columns: 3, cellWidth: 40).render()
    #expect(picture.width == 10 + 3 * 50 && picture.height == 10 + 2 * 50)
    for index in 0..<5 {
      #expect(color(picture, 30 + index % 3 * 50, 30 + index / 3 * 50) == .distinct(index))
    }
    #expect(color(picture, 30 + 2 * 50, 30 + 50) == .white)
  }

  @Test func captionsTellRightFromWrong() throws {
    var grid = ImageGrid(columns: 2, title: "Predictions")
    grid.add(blank, gold: "cat", predicted: "cat")
    grid.add(blank, gold: "cat", predicted: "dog")
    #expect(grid.cells.map { $0.caption.map(\.color) } == [[.grey, .good], [.grey, .bad]])
    let picture = try grid.render()
    #expect(picture.width == 2 * 170 + 10 && picture.height == 28 + 10 + 120 + 35 + 10)
    let colors = Set((0..<picture.width).flatMap { x in (150..<picture.height).map { color(picture, x, $0) } })
    #expect(colors.count > 10)
  }

  @Test func oddShapesAreFitted() throws {
    let tall = Image(width: 5, height: 500, color: .black)
    let wide = Image(width: 500, height: 5, color: .black)
    let picture = try ImageGrid([tall, wide], columns: 1, cellWidth: 100).render()
    #expect(picture.height == 10 + 150 + 10 + 1 + 10)
    let many = ImageGrid((0..<400).map { _ in tall }, columns: 1, cellWidth: 100)
    #expect(throws: ImageError.self) { try many.render() }
  }

  @Test func legendsShowEveryColor() throws {
    let picture = try Image.legend((0..<12).map { ($0, "class \($0)") }, width: 300)
    let colors = Set((0..<picture.width).flatMap { x in (0..<picture.height).map { color(picture, x, $0) } })
    for label in 0..<12 { #expect(colors.contains(.distinct(label))) }
  }
}
