import Foundation
import FoveaData
import FoveaModels

extension MTCNN {
  /// The published detector: from a folder of its three files if given, else from the data folder, where they are
  /// downloaded to first (2 MB, from PyPI's `facenet-pytorch`, MIT licence).
  ///
  /// - Throws: `DownloadError` or `ArchiveError`; `StateDictError` or `LoadError` for a folder of something else.
  public static func published(from folder: URL? = nil, progress: ProgressHandler? = nil) throws -> MTCNN {
    if let folder { return try MTCNN(contentsOf: folder) }
    let home = DataFolder.root.appendingPathComponent("mtcnn")
    let unpacked = home.appendingPathComponent("unpacked")
    if !FileManager.default.fileExists(atPath: unpacked.path) {
      let name = "facenet_pytorch-2.6.0-py3-none-any.whl"
      let packed = home.appendingPathComponent(name)
      let address =
        "https://files.pythonhosted.org/packages/ed/2e/2d56386bc2f834cdc683743903852cf1428b4e5ee119f16cf808b589d3cd/\(name)"
      guard let url = URL(string: address) else { preconditionFailure("\(address) is no address") }
      try Download(
        url, to: packed, checksum: .sha256("ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca")
      ).run(progress: progress)
      try Archive(packed).unpack(to: unpacked)
      try? FileManager.default.removeItem(at: packed)
    }
    return try MTCNN(contentsOf: unpacked.appendingPathComponent("facenet_pytorch/data"))
  }
}
