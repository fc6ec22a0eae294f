import AsyncHTTPClient
import Foundation

/// What the Hub says of a file before it is fetched: which commit it belongs to, and what its bytes are known by.
struct HubFileVersion: Sendable, Hashable {
  let commit: String
  /// Without quotation marks: the file's name among the blobs.
  let etag: String

  /// What the bytes must add up to: the Hub's ETags are checksums, those of other servers may be anything.
  var checksum: Checksum? {
    guard etag.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
    switch etag.utf8.count {
    case 64: return .sha256(etag)
    case 40: return .gitBlob(etag)
    default: return nil
    }
  }

  /// Reads the headers of an answer, also of one that sends elsewhere for the bytes.
  ///
  /// - Throws: ``HubError/Problem/answer(_:)``.
  init(_ response: HTTPClientResponse) throws(HubAnswerError) {
    guard let commit = response.headers.first(name: "X-Repo-Commit") else {
      throw HubAnswerError("it has no X-Repo-Commit")
    }
    guard HubRevision.isCommit(commit) else { throw HubAnswerError("its X-Repo-Commit is '\(commit.prefix(80))'") }
    guard let tag = response.headers.first(name: "X-Linked-ETag") ?? response.headers.first(name: "ETag") else {
      throw HubAnswerError("it has no ETag")
    }
    // It becomes the name of a file.
    let etag = (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]).trimmingCharacters(in: ["\""])
    let isProper = etag.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || [43, 45, 46, 61, 95].contains(byte)
    }
    guard isProper, (1...128).contains(etag.utf8.count), !etag.hasPrefix(".") else {
      throw HubAnswerError("its ETag is '\(tag.prefix(80))'")
    }
    self.commit = commit
    self.etag = etag
  }
}

/// What is wrong with an answer of the Hub.
struct HubAnswerError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
