/// What the cells so far have declared, and how the next cell gets at it.
///
/// Each cell is a module that re-exports the one before. The compiler lets a module's names stand before those that it
/// re-exports, so the newest declaration of a name is the one that counts, and overloads add up.
package struct CellChain {
  /// The numbers of the cells that declare something, oldest first.
  package private(set) var published: [Int] = []
  /// The modules that cells have imported.
  package private(set) var imported: Set<String> = []
  /// The newest declaration of each name.
  private var newest: [String: (declaration: Declaration, cell: Int)] = [:]
  /// Names that were declared before a module was imported: they are imported by name, to win over the module's.
  private var pinned: Set<String> = []

  // For messages, by the names of types: the cells that declare or extend them, oldest first.
  private(set) var declared: [String: [Int]] = [:]
  private(set) var extended: [String: [Int]] = [:]
  /// The cells' numbers, as the reader sees them, by the numbers of their modules.
  private(set) var executions: [Int: Int] = [:]

  package init() {}

  /// The cell that declared a variable, function or type of this name last.
  package var origins: [String: Int] { newest.mapValues(\.cell) }

  func isProtocol(_ name: String) -> Bool { newest[name]?.declaration.kind == .contract }

  /// The name of a cell's module.
  package static func module(_ number: Int) -> String { ReaderText.modulePrefix + "\(number)" }

  /// The line before the text of a cell.
  package func header(of number: Int, imports: [String] = []) -> String {
    var parts = ["@_exported import \(published.last.map(Self.module) ?? "NotebookSupport")"]
    // This gives access to what is internal in a cell without making its names visible directly.
    parts += published.map { "@testable import enum \(Self.module($0)).__Cell\($0)" }
    let isNewModule = imports.contains { !imported.contains($0) }
    for (name, found) in newest.sorted(by: { $0.key < $1.key }) {
      guard isNewModule || pinned.contains(name), found.declaration.kind != .other else { continue }
      parts.append("@testable import \(found.declaration.kind.rawValue) \(Self.module(found.cell)).\(name)")
    }
    parts.append("enum __Cell\(number) {}")
    parts.append("_notebookMark(-1)")
    return parts.joined(separator: "; ")
  }

  /// Adds a cell that ran; `execution` is the number that its reader sees.
  package mutating func publish(_ number: Int, _ cell: RewrittenCell, execution: Int) {
    if cell.imports.contains(where: { !imported.contains($0) }) { pinned = Set(newest.keys) }
    imported.formUnion(cell.imports)
    guard cell.isPublished else { return }
    published.append(number)
    executions[number] = execution
    for declaration in cell.declarations where !declaration.name.isEmpty {
      newest[declaration.name] = (declaration, number)
      pinned.remove(declaration.name)
      if declaration.kind.isType { declared[declaration.name, default: []].append(number) }
    }
    for name in cell.extended { extended[name, default: []].append(number) }
  }
}
