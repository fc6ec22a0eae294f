import Foundation

/// What is wrong with an image that was read or written, and which one it is.
public struct ImageError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  /// The file's path, or the name that was given for data in memory.
  public let name: String

  /// What is wrong.
  public let problem: Problem

  /// The ways in which reading or writing an image can fail.
  public enum Problem: Error, Sendable, Hashable {
    /// The file could not be opened or read.
    case unreadable(reason: String)
    /// There is not a single byte.
    case empty
    /// The bytes are none of the formats that are known.
    case notAnImage
    /// An image, but of a kind that is not read here.
    case unsupported(String)
    /// The image begins well and then ends too early.
    case truncated
    /// The bytes contradict the format.
    case damaged(String)
    /// The header promises more pixels than are allowed. Nothing of that size was allocated.
    case tooLarge(width: Int, height: Int, pixelLimit: Int)
    /// The image does not fit the format that it should be written in, or the file could not be written.
    case unwritable(reason: String)
    /// The image cannot be drawn on.
    case undrawable(reason: String)
  }

  /// An error about the image `name`.
  public init(name: String, problem: Problem) {
    self.name = name
    self.problem = problem
  }

  public var description: String { "\(name): \(problem.description)" }

  public var errorDescription: String? { description }
}

extension ImageError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .empty: "the file is empty; fetch it again"
    case .notAnImage: "not an image; JPEG, PNG, WebP and PNM (PPM, PGM, PBM) are read"
    case .unsupported(let what): "\(what) is not supported; convert it to a plain JPEG or PNG"
    case .truncated: "the image is cut short; fetch it again"
    case .damaged(let what): "the image is damaged: \(what)"
    case .tooLarge(let width, let height, let limit):
      "\(width) x \(height) pixels are more than the limit of \(limit); if the file is to be trusted, raise pixelLimit"
    case .unwritable(let reason): "cannot be written: \(reason)"
    case .undrawable(let reason): "cannot be drawn on: \(reason)"
    }
  }
}

/// Runs `body`, and puts the name of the image on the problem that it throws.
func named<Result>(_ name: String, _ body: () throws -> Result) throws(ImageError) -> Result {
  do {
    return try body()
  } catch let problem as ImageError.Problem {
    throw ImageError(name: name, problem: problem)
  } catch let error as ImageError {
    throw error
  } catch {
    throw ImageError(name: name, problem: .unreadable(reason: "\(error)"))
  }
}
