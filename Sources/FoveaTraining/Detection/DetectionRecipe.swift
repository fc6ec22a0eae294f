import FoveaData
import FoveaModels

/// What only a detector's recipe says: the section `detection`.
public struct DetectionRecipe: Codable, Sendable, Equatable {
  /// The lengths in pixels that an image's shorter edge is resized to in training, one drawn each time (multi-scale). The
  /// last one is that of evaluation and prediction. SSD300 takes squares of 300 pixels, whatever this says.
  public var shortestEdges = [480]
  /// The most that the longer edge may have; the image is made smaller until it has.
  public var longestEdge = 800
  /// How likely four images are joined to one (Bochkovskiy et al., 2020).
  public var mosaic = 0.0
  /// Takes random parts of images that overlap an object (Liu et al., 2016); objects whose centre is outside are left out.
  public var crop = false
  /// Takes random parts of images that hold every object whole; not together with `crop`.
  public var boxSafeCrop = false
  /// How likely an image is put somewhere into a grey one up to four times as wide and high, which makes objects small (Liu et
  /// al., 2016); before any crop.
  public var zoomOut = 0.0
  /// Brightness, contrast, saturation, hue and the order of the channels changed, each every other time (Liu et al., 2016);
  /// besides `augmentation.color_jitter`, where that is not 0.
  public var photometricDistortion = false
  /// What is done about boxes that are wrong (outside of the image, without area, twice): `drop`, `clip` or `fail`.
  public var faults = FaultPolicy.drop
  /// How the backbone normalises: `batch`, or `frozen` where it starts from trained weights.
  public var norm = BackboneNorm.batch
  /// How many of the backbone's stages, the stem first, stay as they are.
  public var frozenStages = 0
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
  /// How many proposals an image has in use, and twice as many in training (Faster R-CNN).
  public var proposals = 1000
  /// Whether YOLO's anchors are fitted to the training set's boxes; else they are those of COCO.
  public var fitsAnchors = true
  /// The most objects of an image (DETR).
  public var queries = 100
  /// Objects that are less sure are not shown by `predict` (evaluation takes all that the model finds).
  public var threshold = 0.5

  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case shortestEdges = "shortest_edges"
    case longestEdge = "longest_edge"
    case mosaic, crop
    case boxSafeCrop = "box_safe_crop"
    case zoomOut = "zoom_out"
    case photometricDistortion = "photometric_distortion"
    case faults, norm
    case frozenStages = "frozen_stages"
    case pyramidWidth = "pyramid_width"
    case finestLevel = "finest_level"
    case smallestAnchor = "smallest_anchor"
    case headWidth = "head_width"
    case sampledRegions = "sampled_regions"
    case proposals
    case fitsAnchors = "fits_anchors"
    case queries, threshold
  }

  /// What the architecture is to be told.
  public var settings: DetectorSettings {
    var settings = DetectorSettings()
    settings.norm = norm
    settings.pyramidWidth = pyramidWidth
    settings.finestLevel = finestLevel
    settings.smallestAnchor = smallestAnchor
    settings.headWidth = headWidth
    settings.sampledRegions = sampledRegions
    settings.proposals = proposals
    settings.queries = queries
    return settings
  }

  /// Refuses values that make no sense.
  ///
  /// - Throws: ``RecipeError`` that names the key, the value and what it may be.
  func check(model: String, name: String) throws {
    func require(_ condition: Bool, _ key: String, _ value: Any, _ wanted: String) throws {
      guard condition else { throw RecipeError(name, "detection.\(key): \(value) is not \(wanted)") }
    }
    if let side = DetectorArchitecture.imageSide(of: model) {
      try require(
        (shortestEdges + [longestEdge]).allSatisfy { $0 >= side }, "shortest_edges", shortestEdges,
        "possible with \(model), whose images become squares of \(side) pixels: leave it out")
    }
    let edges = 32...4096
    try require(
      !shortestEdges.isEmpty && shortestEdges.allSatisfy(edges.contains), "shortest_edges", shortestEdges,
      "a list of lengths in 32...4096")
    try require(edges.contains(longestEdge), "longest_edge", longestEdge, "in 32...4096")
    try require((0...1).contains(mosaic), "mosaic", mosaic, "in 0...1")
    try require((0...1).contains(zoomOut), "zoom_out", zoomOut, "in 0...1")
    try require(!(crop && boxSafeCrop), "box_safe_crop", boxSafeCrop, "possible with detection.crop")
    try require((0...5).contains(frozenStages), "frozen_stages", frozenStages, "in 0...5")
    try require((1...4096).contains(pyramidWidth), "pyramid_width", pyramidWidth, "in 1...4096")
    try require((0...3).contains(finestLevel), "finest_level", finestLevel, "in 0...3")
    try require(smallestAnchor >= 1 && smallestAnchor <= 4096, "smallest_anchor", smallestAnchor, "in 1...4096")
    try require((1...65_536).contains(headWidth), "head_width", headWidth, "in 1...65536")
    try require((1...100_000).contains(sampledRegions), "sampled_regions", sampledRegions, "in 1...100000")
    try require((1...100_000).contains(proposals), "proposals", proposals, "in 1...100000")
    try require((1...10_000).contains(queries), "queries", queries, "in 1...10000")
    try require((0...1).contains(threshold), "threshold", threshold, "in 0...1")
  }
}
