import Foundation

/// A table of numbers over the steps of a run, as `metrics.csv` holds it: comma-separated, a header, and in each row the
/// step, the epoch and what was measured there. A cell is empty where a row has no such number.
public struct MetricsTable: Sendable, Hashable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// The number of optimizer steps made so far.
    public let step: Int
    /// The epoch, as the log was told it.
    public let epoch: Int
    /// The numbers by their names.
    public let values: [String: Double]
  }

  /// The names of the numbers, in the order of their columns.
  public private(set) var names: [String] = []
  /// The rows, in the order of the file.
  public private(set) var rows: [Row] = []

  /// A table without rows.
  public init() {}

  /// Adds a row. Names that are new become columns, in alphabetical order.
  ///
  /// - Returns: whether there were new ones.
  @discardableResult
  public mutating func append(_ values: [String: Double], step: Int, epoch: Int) -> Bool {
    let known = Set(names)
    let new = values.keys.filter { !known.contains($0) }.sorted()
    names += new
    rows.append(Row(step: step, epoch: epoch, values: values))
    return !new.isEmpty
  }

  /// Leaves out the rows after a step.
  public mutating func removeRows(after step: Int) { rows.removeAll { $0.step > step } }

  /// The numbers of a column, with their steps; rows without one are left out.
  public func series(_ name: String) -> [(step: Int, epoch: Int, value: Double)] {
    rows.compactMap { row in row.values[name].map { (row.step, row.epoch, $0) } }
  }

  /// The header, without a line break.
  var header: String { (["step", "epoch"] + names).map(Self.quoted).joined(separator: ",") }

  /// A row as a line, without a line break.
  func line(_ row: Row) -> String {
    ([String(row.step), String(row.epoch)] + names.map { row.values[$0].map(Self.cell) ?? "" })
      .joined(separator: ",")
  }

  /// A number that is none is plainly `nan`; Swift adds its sign and its bits, which other programs do not read.
  private static func cell(_ value: Double) -> String { value.isNaN ? "nan" : value.description }

  /// The whole file.
  public var csv: String { ([header] + rows.map(line)).joined(separator: "\n") + "\n" }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\r\n".contains($0) }) else { return cell }
    return "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

extension MetricsTable {
  /// Reads a file that ``CSVLog`` wrote.
  ///
  /// What follows the last line break is left out: it is a row that a kill cut short.
  ///
  /// - Throws: ``RecordError`` for a file that cannot be read, and for a line that is no row of such a table.
  public init(contentsOf url: URL) throws(RecordError) {
    let data = try RecordError.naming(url) { try Data(contentsOf: url) }
    let whole = data.prefix((data.lastIndex(of: UInt8(ascii: "\n")) ?? data.startIndex - 1) + 1 - data.startIndex)
    guard let text = String(validating: whole, as: UTF8.self) else {
      throw .file(url.path, reason: "is not UTF-8 text; move the file away to go on without what it recorded")
    }
    func fail(_ row: Int, _ problem: String) -> RecordError { .line(row, file: url.path, problem: problem) }
    guard let records = Self.records(text) else { throw fail(1, "a quotation mark is not closed") }
    guard let header = records.first, header.starts(with: ["step", "epoch"]) else {
      throw fail(1, "a header begins with step,epoch")
    }
    names = Array(header.dropFirst(2))
    guard Set(names).count == names.count else { throw fail(1, "two columns have the same name") }
    for (index, cells) in records.enumerated().dropFirst() {
      guard cells.count == header.count else {
        throw fail(index + 1, "\(cells.count) cells in a table of \(header.count) columns")
      }
      guard let step = Int(cells[0]), let epoch = Int(cells[1]) else {
        throw fail(index + 1, "step '\(cells[0])' and epoch '\(cells[1])' are not both whole numbers")
      }
      var values: [String: Double] = [:]
      for (name, cell) in zip(names, cells.dropFirst(2)) where !cell.isEmpty {
        guard let value = Double(cell) else { throw fail(index + 1, "'\(cell)' under '\(name)' is not a number") }
        values[name] = value
      }
      rows.append(Row(step: step, epoch: epoch, values: values))
    }
  }

  /// The cells of every line (RFC 4180); nil where a quotation mark is not closed.
  private static func records(_ text: String) -> [[String]]? {
    var records: [[String]] = []
    var cells = [""]
    var isQuoted = false
    var justClosed = false  // a second mark right after a closing one stands for a mark
    for character in text {
      switch character {
      case "\"":
        if justClosed { cells[cells.count - 1].append("\"") }
        justClosed = isQuoted
        isQuoted.toggle()
        continue
      case "," where !isQuoted:
        cells.append("")
      case _ where character.isNewline && !isQuoted:
        records.append(cells)
        cells = [""]
      default:
        cells[cells.count - 1].append(character)
      }
      justClosed = false
    }
    return isQuoted ? nil : records
  }
}
