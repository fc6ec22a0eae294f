import Foundation

extension Tensor: CustomStringConvertible {
  /// The elements in brackets, the middle of long dimensions left out, with shape and type; one number stands alone.
  public var description: String {
    guard count > 0 else { return "Tensor([], shape: \(shape), \(dtype))" }
    let format = ElementFormat(self)
    if rank == 0 { return "Tensor(\(format.texts(self)[0]), \(dtype))" }
    return "Tensor(\(rows(format, indent: 7)), shape: \(shape), \(dtype)\(device == .cpu ? "" : ", \(device)"))"
  }

  private func rows(_ format: ElementFormat, indent: Int) -> String {
    let edge = 3
    let size = shape[0]
    let isLong = format.isAbridged && size > 2 * edge
    let shown = isLong ? Array(0..<edge) + Array((size - edge)..<size) : Array(0..<size)
    var parts: [String]
    if rank == 1 {
      parts = format.texts(isLong ? Tensor.cat([self[0..<edge], self[(size - edge)...]]) : self)
    } else {
      parts = shown.map { self[$0].rows(format, indent: indent + 1) }
    }
    if isLong { parts.insert("...", at: edge) }
    let separator =
      rank == 1 ? ", " : "," + String(repeating: "\n", count: rank - 1) + String(repeating: " ", count: indent + 1)
    return "[" + parts.joined(separator: separator) + "]"
  }
}

/// How the numbers of one tensor are written, so that they stand in columns.
private struct ElementFormat {
  private let dtype: DType
  private let isWhole: Bool
  private let isScientific: Bool
  private let width: Int
  /// Whether the middle of long dimensions is left out: from 1,000 elements on.
  let isAbridged: Bool

  init(_ tensor: Tensor) {
    dtype = tensor.dtype
    isAbridged = tensor.count > 1000
    guard dtype.isFloatingPoint else {
      (isWhole, isScientific) = (true, false)
      width = dtype == .bool ? 5 : [tensor.min(), tensor.max()].map { "\($0.item(Int.self))".count }.max() ?? 1
      return
    }
    let sample = tensor.reshape(-1)[0..<Swift.min(tensor.count, 10_000)].array(Double.self).filter(\.isFinite)
    let largest = sample.map(Swift.abs).max() ?? 0
    let smallest = sample.map(Swift.abs).filter { $0 > 0 }.min() ?? 0
    isScientific = largest >= 1e8 || (largest > 0 && smallest < 1e-4 && largest < 1e-2)
    isWhole = !isScientific && sample.allSatisfy { $0 == $0.rounded() }
    width = 0
  }

  /// The elements of a part of the tensor. Whole numbers stay such: the largest have more digits than a `Double`.
  func texts(_ part: Tensor) -> [String] {
    dtype.isFloatingPoint ? part.array(Double.self).map(text) : part.array(Int.self).map(text)
  }

  private func text(_ value: Int) -> String {
    if dtype == .bool { return value != 0 ? " true" : "false" }
    let text = String(value)
    return String(repeating: " ", count: Swift.max(0, width - text.count)) + text
  }

  private func text(_ value: Double) -> String {
    if !value.isFinite { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if isScientific { return String(format: "%.4e", value) }
    return isWhole ? String(format: "%.0f.", value) : String(format: "%.4f", value)
  }
}
