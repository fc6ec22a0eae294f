import Foundation
import Testing

@testable import FoveaImaging

@Suite struct PaletteTests {
  /// Björn Ottosson's OKLab, in which distances are what the eye sees.
  private func okLab(_ color: Color) -> [Double] {
    let light = [color.red, color.green, color.blue].map { byte -> Double in
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    func mix(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
      matrix.map { row in zip(row, vector).map { $0 * $1 }.reduce(0, +) }
    }
    let cones = mix(
      [
        [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ], light)
    return mix(
      [
        [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
      ], cones.map(cbrt))
  }

  @Test func colorsAreFarApart() {
    let places = Color.palette.map(okLab)
    #expect(places.count == 32)
    for first in places.indices {
      for second in 0..<first {
        let distance = zip(places[first], places[second]).map { pow($0 - $1, 2) }.reduce(0, +).squareRoot()
        #expect(distance > 0.11, "\(first) and \(second)")
      }
    }
  }

  @Test func indicesRepeatWithoutEnd() {
    #expect(Color.distinct(33) == Color.distinct(1))
    #expect(Color.distinct(-1) == Color.distinct(31))
    #expect(Color.distinct(.min) == Color.distinct(0))
  }

  @Test func textStandsOut() {
    #expect(Color(hex: 0xF0E100).contrasting == .black)
    #expect(Color(hex: 0x4B4B96).contrasting == .white)
    #expect(Color(hex: 0x0102AB).html == "#0102ab")
  }
}
