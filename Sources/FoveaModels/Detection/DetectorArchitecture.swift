import Torch

/// What one can choose about a detector besides its architecture. An architecture takes what concerns it.
public struct DetectorSettings: Codable, Sendable, Equatable {
  /// How the backbone normalises.
  public var norm = BackboneNorm.batch
  /// The channels of the pyramid's maps.
  public var pyramidWidth = 256
  /// The finest of the backbone's maps that is used: 0 is of stride 4, 1 of stride 8, which takes a quarter of the time.
  public var finestLevel = 0
  /// The side of the anchors on the finest map, in pixels; each next map's are twice as large.
  public var smallestAnchor = 32.0
  /// The width of the linear layers over a region (Faster R-CNN).
  public var headWidth = 1024
  /// How many regions of an image are learned from (Faster R-CNN).
  public var sampledRegions = 512
  /// How many proposals an image has, in training and in use (Faster R-CNN).
  public var proposals = 1000
  /// Width and height of the anchors of three maps (YOLO); nil takes those fitted to COCO.
  public var anchors: [[[Double]]]?
  /// The most objects of an image (DETR).
  public var queries = 100
  /// The whole network (DETR), which then is that of no name; nil takes the paper's with as many ``queries``.
  public var detr: DETR.Shape?

  public init() {}
}

/// A detector by its name, as recipes and the command line call it.
public struct DetectorArchitecture: Sendable {
  /// torchvision's or the paper's name.
  public let name: String
  /// What its images' sides have to be a multiple of.
  public var stride: Int { 32 }
  /// The side in pixels of the squares that its images have to be; nil where any shape will do.
  public private(set) var imageSide: Int?
  /// The classes of its published weights, which are COCO's: 80, or with the gaps in their numbers 90, or 91 with a class 0.
  public private(set) var classes = 91
  /// About the side of images that it was published with.
  public private(set) var inputSize = 800

  private let build: @Sendable (_ classes: Int, _ settings: DetectorSettings) -> any ObjectDetector

  /// A network with fresh weights.
  ///
  /// - Throws: ``ArchitectureError`` for numbers that are not positive.
  public func make(classes: Int, settings: DetectorSettings = .init()) throws(ArchitectureError) -> any ObjectDetector {
    let numbers = [
      ("classes", classes), ("pyramidWidth", settings.pyramidWidth), ("headWidth", settings.headWidth),
      ("sampledRegions", settings.sampledRegions), ("proposals", settings.proposals), ("queries", settings.queries),
      ("smallestAnchor", Int(settings.smallestAnchor.isFinite ? settings.smallestAnchor.clamped(to: -1...1e6) : -1)),
    ]
    for (field, value) in numbers where value <= 0 { throw .notPositive(field: field, value: value) }
    if classes > 1_000_000 { throw .tooLarge(field: "classes", value: classes, limit: 1_000_000) }
    if let problem = settings.detr?.problem { throw .impossible(architecture: name, problem: problem) }
    return build(classes, settings)
  }

  /// The architecture of a name.
  ///
  /// - Throws: ``ArchitectureError/unknown(name:nearest:)``.
  public static func named(_ name: String) throws(ArchitectureError) -> DetectorArchitecture {
    if let found = (all + [ownDETR]).first(where: { $0.name == name }) { return found }
    throw .unknown(name: name, nearest: nearestName(to: name, in: all.map(\.name)))
  }

  /// The ``imageSide`` of the architecture of a name; nil too where there is none of that name.
  public static func imageSide(of name: String) -> Int? { all.first { $0.name == name }?.imageSide }

  /// The DETR that ``DetectorSettings/detr`` describes, as published ones are. No list has it, as its name alone says little.
  private static let ownDETR = detr("detr", .resnet50)

  /// Every detector there is.
  public static let all: [DetectorArchitecture] = [
    fasterRCNN("fasterrcnn_resnet18_fpn", .resnet18), fasterRCNN("fasterrcnn_resnet50_fpn", .resnet50),
    DetectorArchitecture(name: "fasterrcnn_mobilenet_v3_large_fpn", classes: 90) { classes, settings in
      let sides = (0..<5).map { settings.smallestAnchor * Double(1 << $0) }
      return fasterRCNN(
        MobileNetV3Features(norm: settings.norm), anchors: AnchorGenerator(sizes: [sides, sides, sides]), classes,
        settings)
    },
    retinaNet("retinanet_resnet18_fpn", .resnet18), retinaNet("retinanet_resnet50_fpn", .resnet50),
    DetectorArchitecture(name: "yolov5s", classes: 80, inputSize: 640) { classes, settings in
      YOLO(classes: classes, anchors: settings.anchors ?? YOLOAnchors.coco)
    },
    DetectorArchitecture(name: "yolov5n", classes: 80, inputSize: 640) { classes, settings in
      YOLO(classes: classes, anchors: settings.anchors ?? YOLOAnchors.coco, width: 0.5)
    },
    DetectorArchitecture(name: "ssd300_vgg16", imageSide: 300, classes: 90, inputSize: 300) { classes, _ in
      SSD(classes: classes)
    },
    detr("detr_resnet18", .resnet18), detr("detr_resnet50", .resnet50),
  ]

  private static func fasterRCNN(_ name: String, _ variant: ResNet.Variant) -> DetectorArchitecture {
    DetectorArchitecture(name: name, classes: 90) { classes, settings in
      let levels = settings.finestLevel.clamped(to: 0...3)..<4
      return fasterRCNN(
        ResNetFeatures(variant, norm: settings.norm, levels: levels),
        anchors: .fasterRCNN(levels: levels.count + 1, smallest: settings.smallestAnchor), classes, settings)
    }
  }

  private static func fasterRCNN(
    _ body: FeatureExtractor, anchors: AnchorGenerator, _ classes: Int, _ settings: DetectorSettings
  ) -> FasterRCNN {
    var (rpn, roi) = (RegionProposalNetwork.Options(), RoIHeads.Options())
    rpn.proposals = settings.proposals
    rpn.trainingProposals = settings.proposals * 2
    roi.sampledRegions = settings.sampledRegions
    return FasterRCNN(
      PyramidBackbone(body, width: settings.pyramidWidth), anchors: anchors, classes: classes,
      headWidth: settings.headWidth, rpn: rpn, roi: roi)
  }

  private static func retinaNet(_ name: String, _ variant: ResNet.Variant) -> DetectorArchitecture {
    DetectorArchitecture(name: name) { classes, settings in
      let body = ResNetFeatures(variant, norm: settings.norm, levels: 1..<4)
      return RetinaNet(
        PyramidBackbone(body, width: settings.pyramidWidth, extra: .convolutions),
        anchors: .retinaNet(smallest: Int(settings.smallestAnchor)), classes: classes)
    }
  }

  private static func detr(_ name: String, _ variant: ResNet.Variant) -> DetectorArchitecture {
    DetectorArchitecture(name: name) { classes, settings in
      var shape = settings.detr ?? DETR.Shape(backbone: variant)
      if settings.detr == nil { shape.size.queries = settings.queries }
      let body = ResNetFeatures(shape.backbone, norm: settings.norm, levels: 3..<4)
      return DETR(body, classes: classes, size: shape.size)
    }
  }
}

extension Comparable {
  fileprivate func clamped(to range: ClosedRange<Self>) -> Self {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
