import Foundation

/// Where downloaded data lives: the folder that `FOVEA_DATA` names, else `~/.cache/fovea/data`.
public enum DataFolder {
  /// The folder; it need not be there yet.
  public static var root: URL {
    if let path = ProcessInfo.processInfo.environment["FOVEA_DATA"], !path.isEmpty {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/fovea/data")
  }
}

/// A file that a data set is published as.
struct PublishedFile: Sendable {
  /// The places that have it, best first.
  let urls: [String]
  let checksum: Checksum

  /// The name at the end of its address.
  var name: String { urls.first.map { String($0.split(separator: "/").last ?? "") } ?? "" }

  /// Downloads it into a folder from the first place that gives it; returns where it is.
  ///
  /// - Throws: the ``DownloadError`` of the last place.
  func download(into folder: URL, progress: ProgressHandler?) throws -> URL {
    let place = folder.appendingPathComponent(name)
    var failure: (any Error)?
    for url in urls.compactMap(URL.init(string:)) {
      do {
        try Download(url, to: place, checksum: checksum).run(progress: progress)
        return place
      } catch { failure = error }
    }
    throw failure ?? DatasetError(place.path, "is not published anywhere")
  }
}
