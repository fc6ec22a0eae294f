import Foundation
import Testing

@testable import Torch

/// Reads every `Op<...>("aten::...")` of the sources, and compares it with the schema that libtorch has.
@Suite struct OperatorDeclarationTests {
  struct Declaration {
    let place: String
    let result: String
    let arguments: [String]
    let name: String
    let overload: String
  }

  @Test func everyDeclarationFitsItsSchema() throws {
    let declarations = try OperatorDeclarationTests.declarations()
    #expect(declarations.count > 200)
    for declaration in declarations {
      for problem in OperatorDeclarationTests.problems(declaration) {
        Issue.record("\(declaration.place): \(declaration.name).\(declaration.overload): \(problem)")
      }
    }
  }

  /// guard.h says in one sentence that libtorch is missing, if it is read before any of libtorch's headers.
  @Test func everyFileOfTheShimAsksForLibtorchFirst() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/CTorch")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "cpp" }
    #expect(files.count > 5)
    for file in files {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let first = try #require(lines.first { $0.hasPrefix("#include") })
      #expect(["#include \"guard.h\"", "#include \"operator.h\""].contains(first), "\(file.lastPathComponent)")
    }
  }

  @Test(arguments: [
    ("Op<Tensor, Tensor, Tensor>(\"aten::relu\")", "takes 1 argument"),
    ("Op<Tensor>(\"aten::relu\")", "argument 0 has no default"),
    ("Op<Tensor, Int>(\"aten::relu\")", "argument 0 is a Tensor, not Int"),
    ("Op<Tensor, Tensor?>(\"aten::relu\")", "argument 0 is a Tensor, not Tensor?"),
    ("Op<(Tensor, Tensor), Tensor>(\"aten::relu\")", "returns [\"Tensor\"]"),
    ("Op<Tensor, Tensor, Int, Bool>(\"aten::max\", \"dim\")", "returns [\"Tensor\", \"Tensor\"]"),
    ("Op<Tensor, [Int], Int?, DType?, Device?>(\"aten::zeros\")", "argument 1 is a ScalarType?, not Int?"),
    ("Op<Tensor, Tensor>(\"aten::rellu\")", "libtorch has no such operator"),
  ])
  func aWrongDeclarationIsFound(_ source: String, _ problem: String) throws {
    let declaration = try #require(try OperatorDeclarationTests.declarations(in: source, place: "").first)
    let problems = OperatorDeclarationTests.problems(declaration)
    #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
  }

  // MARK: Reading

  static func declarations() throws -> [Declaration] {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources").standardized
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap { file in
      try declarations(in: String(contentsOf: file, encoding: .utf8), place: file.lastPathComponent)
    }
  }

  static func declarations(in source: String, place: String) throws -> [Declaration] {
    let source = source.replacing(#/\/\*.*?\*\//#, with: "")
    let pattern = try Regex(
      #"Op<([^>]*)>\(\s*"(\w+::\w+)"(?:,\s*"(\w*)")?\s*\)"#, as: (Substring, Substring, Substring, Substring?).self)
    let found = source.matches(of: pattern).map { match in
      let lines = match.1.split(separator: "\n").map {
        $0.prefix(upTo: $0.firstRange(of: "//")?.lowerBound ?? $0.endIndex)
      }
      let types = splitTypes(lines.joined())
      return Declaration(
        place: place, result: types[0], arguments: Array(types.dropFirst()), name: String(match.2),
        overload: String(match.3 ?? ""))
    }
    // None may be written in a way that is not seen here.
    #expect(found.count >= source.ranges(of: "= Op<").count, "\(place) declares operators in a way that is not read")
    return found
  }

  /// `(Tensor, Tensor), [Int]?` to its two parts.
  static func splitTypes(_ list: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in list where !character.isWhitespace {
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  // MARK: Comparing

  /// PyTorch's types that a Swift type can be given for.
  static let schemaTypes: [String: [String]] = [
    "Tensor": ["Tensor"], "[Tensor]": ["Tensor[]"], "[Tensor?]": ["Tensor?[]"],
    "Int": ["int", "SymInt", "Layout"], "[Int]": ["int[]", "SymInt[]"], "Reduction": ["int"],
    "Double": ["float"], "[Double]": ["float[]", "Scalar[]", "Scalar?[]"], "Scalar": ["Scalar"], "Bool": ["bool"],
    "[Bool]": ["bool[]"], "String": ["str"], "DType": ["ScalarType"], "MemoryFormat": ["MemoryFormat"],
    "Device": ["Device"], "Generator": ["Generator"],
  ]

  static func problems(_ declaration: Declaration) -> [String] {
    guard let schema = OperatorSchema(declaration.name, declaration.overload) else {
      return ["libtorch has no such operator"]
    }
    var problems: [String] = []
    let count = declaration.arguments.count
    if count > schema.arguments.count { problems.append("takes \(schema.arguments.count) arguments, not \(count)") }
    for (index, argument) in schema.arguments.enumerated() {
      guard index < count else {
        if !argument.hasDefault { problems.append("argument \(index) has no default, and is left out") }
        continue
      }
      if !fits(declaration.arguments[index], argument.type) {
        problems.append("argument \(index) is a \(argument.type), not \(declaration.arguments[index])")
      }
    }
    if !returns(declaration.result, schema.results) {
      problems.append("returns \(schema.results), not \(declaration.result)")
    }
    return problems.map { "\($0); its schema: \(schema.text)" }
  }

  /// A value may stand where nothing may stand as well, but not the other way round.
  static func fits(_ swift: String, _ schema: String) -> Bool {
    if swift.hasSuffix("?") {
      return schema.hasSuffix("?") && fits(String(swift.dropLast()), String(schema.dropLast()))
    }
    let types = schemaTypes[swift] ?? []
    return types.contains(schema) || (schema.hasSuffix("?") && types.contains(String(schema.dropLast())))
  }

  static func returns(_ swift: String, _ schema: [String]) -> Bool {
    switch swift {
    case "Void": schema.isEmpty
    case "Double": schema == ["float"] || schema == ["Scalar"]
    case "(Tensor,Tensor)": schema == ["Tensor", "Tensor"]
    case "(Tensor,Tensor,Tensor)": schema == ["Tensor", "Tensor", "Tensor"]
    default: schema.count == 1 && fits(swift, schema[0])
    }
  }
}
