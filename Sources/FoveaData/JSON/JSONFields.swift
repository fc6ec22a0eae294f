import Foundation

/// The fields of a JSON object in a file, each read with its type and its range checked.
///
/// ```swift
/// let config = try JSONFields(contentsOf: folder.appending(path: "config.json"))
/// let width = try config.integer("hidden_size", default: 768, in: 1...16384)
/// ```
/// A field that is absent, or null, has its default.
public struct JSONFields: Sendable, Hashable {
  /// The path of the file.
  public let file: String
  /// What comes before a field's name in messages: the names of the objects around this one.
  public let path: String
  /// The fields.
  public let values: [String: JSONValue]

  /// The fields of an object that is at hand already.
  public init(_ values: [String: JSONValue], file: String, path: String = "") {
    self.values = values
    self.file = file
    self.path = path
  }

  /// Reads a file.
  ///
  /// - Parameter limit: the most bytes that it may have.
  /// - Throws: ``JSONFieldError``.
  public init(contentsOf url: URL, limit: Int = 64 << 20) throws {
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      data = try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw JSONFieldError(file: url.path, field: "", problem: "cannot be read; check the path and its permissions")
    }
    guard data.count <= limit else {
      throw JSONFieldError(file: url.path, field: "", problem: "is longer than \(limit) bytes, which no such file is")
    }
    let value: JSONValue
    do { value = try JSONDecoder().decode(JSONValue.self, from: data) } catch {
      throw JSONFieldError(
        file: url.path, field: "", problem: "is no JSON (\(Self.reason(error))); fetch or write it again")
    }
    guard let fields = value.object else {
      throw JSONFieldError(file: url.path, field: "", problem: "holds \(value), and should hold an object {...}")
    }
    self.init(fields, file: url.path)
  }

  /// Whether there is such a field, and it is not null.
  public func has(_ key: String) -> Bool { self[key] != nil }

  /// A field's value; nil where there is none, or it is null.
  public subscript(key: String) -> JSONValue? { values[key] == .null ? nil : values[key] }

  /// A whole number.
  ///
  /// - Throws: ``JSONFieldError`` for another type, or a number out of range.
  public func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let value = self[key] else { return fallback }
    guard let number = value.integer, range.contains(number) else {
      throw wrong(key, value, "a whole number in \(range.lowerBound)...\(range.upperBound)")
    }
    return number
  }

  /// A number.
  ///
  /// - Throws: ``JSONFieldError`` for another type, or a number out of range.
  public func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) throws -> Double {
    guard let value = self[key] else { return fallback }
    guard let number = value.number, range.contains(number) else {
      throw wrong(key, value, "a number in \(range.lowerBound)...\(range.upperBound)")
    }
    return number
  }

  /// True or false.
  public func bool(_ key: String, default fallback: Bool) throws -> Bool {
    guard let value = self[key] else { return fallback }
    guard case .bool(let truth) = value else { throw wrong(key, value, "true or false") }
    return truth
  }

  /// Text; nil where there is none.
  public func text(_ key: String) throws -> String? {
    guard let value = self[key] else { return nil }
    guard let text = value.text else { throw wrong(key, value, "text") }
    return text
  }

  /// Text, one of a few.
  public func text(_ key: String, default fallback: String, oneOf choices: [String]) throws -> String {
    guard let text = try text(key) else { return fallback }
    guard choices.contains(text) else { throw wrong(key, .text(text), choices.joined(separator: ", ")) }
    return text
  }

  /// Whole numbers, as many as `count` if it is given.
  public func integers(
    _ key: String, default fallback: [Int], count: Int? = nil, in range: ClosedRange<Int>
  ) throws -> [Int] {
    guard let value = self[key] else { return fallback }
    let numbers = value.array?.compactMap(\.integer)
    guard let numbers, numbers.count == value.array?.count, numbers.allSatisfy(range.contains), numbers.count <= 1000,
      count.map({ $0 == numbers.count }) ?? true
    else {
      let many = count.map { "\($0) whole numbers" } ?? "whole numbers"
      throw wrong(key, value, "a list of \(many) in \(range.lowerBound)...\(range.upperBound)")
    }
    return numbers
  }

  /// An object inside; nil where there is none.
  public func object(_ key: String) throws -> JSONFields? {
    guard let value = self[key] else { return nil }
    guard let fields = value.object else { throw wrong(key, value, "an object {...}") }
    return JSONFields(fields, file: file, path: "\(path)\(key).")
  }

  /// An error about a field's value.
  public func wrong(_ key: String, _ value: JSONValue, _ wanted: String) -> JSONFieldError {
    error(key, "is \(value), but should be \(wanted)")
  }

  /// An error about a field.
  public func error(_ key: String, _ problem: String) -> JSONFieldError {
    JSONFieldError(file: file, field: path + key, problem: problem)
  }

  private static func reason(_ error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context) = error else { return "its values contradict each other" }
    let inner = (context.underlyingError as? NSError)?.userInfo[NSDebugDescriptionErrorKey] as? String
    return inner ?? context.debugDescription
  }
}

/// A JSON file that does not hold what it should.
public struct JSONFieldError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path of the file.
  public let file: String
  /// The field, with the names of the objects around it; empty where the whole file is meant.
  public let field: String
  /// What is wrong with it, and what would be right.
  public let problem: String

  public init(file: String, field: String, problem: String) {
    self.file = file
    self.field = field
    self.problem = problem
  }

  public var description: String { field.isEmpty ? "\(file): \(problem)" : "\(file): \(field): \(problem)" }
}
