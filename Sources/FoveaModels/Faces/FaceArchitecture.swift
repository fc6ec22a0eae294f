import Torch

/// A face embedder by its name, as recipes and the command line call it.
public struct FaceArchitecture: Sendable {
  public let name: String
  /// The height and width of the images it is meant for.
  public let inputSize: (height: Int, width: Int)
  /// The numbers in its parameters, for images of that size with three channels and embeddings of ``embeddingSize``.
  public let parameterCount: Int
  /// The number of elements of an embedding, unless asked otherwise.
  public let embeddingSize: Int

  private let build: @Sendable (Request) -> any FaceEmbedder

  /// What a network is made for.
  private struct Request {
    let size: (height: Int, width: Int)
    let inputChannels: Int
    let embeddingSize: Int
    let dropout: Double?
  }

  /// A network with fresh weights.
  ///
  /// - Parameters:
  ///   - size: the height and width of its images; its own unless given. Networks that average over the image take any.
  ///   - dropout: the share of the last features that is left out in training, where the network has such a layer.
  /// - Throws: ``ArchitectureError`` for numbers that are not positive.
  public func make(
    size: (height: Int, width: Int)? = nil, inputChannels: Int = 3, embeddingSize: Int? = nil, dropout: Double? = nil
  ) throws(ArchitectureError) -> any FaceEmbedder {
    let request = Request(
      size: size ?? inputSize, inputChannels: inputChannels, embeddingSize: embeddingSize ?? self.embeddingSize,
      dropout: dropout)
    for (field, value) in [
      ("height", request.size.height), ("width", request.size.width), ("inputChannels", inputChannels),
      ("embeddingSize", request.embeddingSize),
    ] where value <= 0 { throw .notPositive(field: field, value: value) }
    return build(request)
  }

  /// The embedder of a name.
  ///
  /// - Throws: ``ArchitectureError/unknown(name:nearest:)``.
  public static func named(_ name: String) throws(ArchitectureError) -> FaceArchitecture {
    if let found = all.first(where: { $0.name == name }) { return found }
    throw .unknown(name: name, nearest: nearestName(to: name, in: all.map(\.name)))
  }

  /// Every face embedder there is.
  public static let all: [FaceArchitecture] = [
    FaceArchitecture(name: "face_resnet", inputSize: (250, 250), parameterCount: 10_260_144, embeddingSize: 512) {
      FaceResNet(inputChannels: $0.inputChannels, embeddingSize: $0.embeddingSize)
    },
    FaceArchitecture(name: "face_resnet_deep", inputSize: (250, 250), parameterCount: 13_148_336, embeddingSize: 512) {
      FaceResNet(blocks: [2, 3, 3, 4], inputChannels: $0.inputChannels, embeddingSize: $0.embeddingSize)
    },
    resNet("resnet18_embedder", .resnet18, 11_439_168),
    resNet("resnet50_embedder", .resnet50, 24_557_120),
    irResNet("ir_resnet18", .ir18, 24_025_600),
    irResNet("ir_resnet34", .ir34, 34_139_328),
    irResNet("ir_resnet50", .ir50, 43_590_848),
    irResNet("ir_resnet100", .ir100, 65_156_160),
    irResNet("ir_tiny", .tiny, 505_584, size: (56, 46), embeddingSize: 128),
    FaceArchitecture(
      name: "inception_resnet_v1", inputSize: (160, 160), parameterCount: 23_482_624, embeddingSize: 512
    ) {
      InceptionResnetV1(embeddingSize: $0.embeddingSize, dropout: $0.dropout ?? 0.6)
    },
  ]

  private static func resNet(_ name: String, _ variant: ResNet.Variant, _ parameterCount: Int) -> FaceArchitecture {
    FaceArchitecture(name: name, inputSize: (224, 224), parameterCount: parameterCount, embeddingSize: 512) {
      ResNetEmbedder(variant, inputChannels: $0.inputChannels, embeddingSize: $0.embeddingSize)
    }
  }

  private static func irResNet(
    _ name: String, _ variant: IRResNet.Variant, _ parameterCount: Int, size: (height: Int, width: Int) = (112, 112),
    embeddingSize: Int = 512
  ) -> FaceArchitecture {
    FaceArchitecture(name: name, inputSize: size, parameterCount: parameterCount, embeddingSize: embeddingSize) {
      IRResNet(
        variant, size: $0.size, inputChannels: $0.inputChannels, embeddingSize: $0.embeddingSize,
        dropout: $0.dropout ?? 0)
    }
  }
}
