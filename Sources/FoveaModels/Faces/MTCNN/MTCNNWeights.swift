import Foundation
import Torch

extension MTCNN {
  /// The names of the files of the three networks, without their endings.
  public static let weightNames = ["pnet", "rnet", "onet"]

  /// A detector with the weights of a folder: `pnet`, `rnet` and `onet`, each a `.pt` or a `.safetensors` file. The
  /// folder `facenet_pytorch/data` of PyPI's `facenet-pytorch` is one.
  ///
  /// - Throws: `StateDictError` that names a file that is missing or damaged, `LoadError` for weights of something else.
  public convenience init(contentsOf folder: URL) throws {
    self.init()
    for (name, network) in zip(Self.weightNames, [pnet, rnet, onet] as [Module]) {
      let files = ["safetensors", "pt"].map { folder.appendingPathComponent("\(name).\($0)") }
      let file = files.first { FileManager.default.fileExists(atPath: $0.path) } ?? files[1]
      try network.loadStateDict(StateDict(contentsOf: file))
    }
    eval()
  }
}
