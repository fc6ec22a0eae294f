/// What a generated image shows: one or two groups of equal shapes, and where they stand.
///
/// Its sentences are right by construction, so that a model can be trained and judged anywhere, without a download.
public struct Scene: Sendable, Hashable {
  /// What can be drawn.
  public enum Shape: String, Sendable, CaseIterable {
    case circle, square, triangle, cross
  }

  /// A colour and its RGB values.
  public enum Paint: String, Sendable, CaseIterable {
    case red, green, blue, yellow, purple, white

    /// The values of red, green and blue, in 0...255.
    var rgb: (Double, Double, Double) {
      switch self {
      case .red: (220, 40, 40)
      case .green: (40, 170, 60)
      case .blue: (50, 90, 230)
      case .yellow: (240, 210, 40)
      case .purple: (160, 60, 190)
      case .white: (245, 245, 245)
      }
    }
  }

  /// Where the first group stands, seen from the second.
  public enum Relation: String, Sendable, CaseIterable {
    case above, below
    case left = "to the left of"
    case right = "to the right of"

    var opposite: Relation {
      switch self {
      case .above: .below
      case .below: .above
      case .left: .right
      case .right: .left
      }
    }
  }

  /// One to three equal shapes side by side.
  public struct Group: Sendable, Hashable {
    public var count: Int
    public var paint: Paint
    public var shape: Shape

    public init(count: Int, paint: Paint, shape: Shape) {
      self.count = count
      self.paint = paint
      self.shape = shape
    }

    var words: String {
      let name = shape == .cross ? "crosses" : "\(shape.rawValue)s"
      return count == 1 ? "a \(paint) \(shape)" : "\(["two", "three"][count - 2]) \(paint) \(name)"
    }
  }

  public var first: Group
  /// The other group and how the first stands to it; nil for a scene of one group.
  public var second: (group: Group, relation: Relation)? {
    get { other.map { ($0, relation) } }
    set {
      other = newValue?.group
      relation = newValue?.relation ?? relation
    }
  }
  private var other: Group?
  private var relation = Relation.above

  public init(_ first: Group, _ relation: Relation? = nil, _ second: Group? = nil) {
    self.first = first
    other = second
    self.relation = relation ?? .above
  }

  /// A scene by chance: four of five have two groups, which differ in colour or shape.
  ///
  /// The first group is the upper or the left one, so that the canonical sentence goes in reading order, and a model need
  /// not guess where to begin.
  public init(using random: inout RandomSource) {
    func group(_ random: inout RandomSource) -> Group {
      Group(
        count: random.integer(in: 1..<4), paint: Paint.allCases[random.integer(in: 0..<Paint.allCases.count)],
        shape: Shape.allCases[random.integer(in: 0..<Shape.allCases.count)])
    }
    first = group(&random)
    guard random.chance(0.8) else { return }
    var second = group(&random)
    while second.paint == first.paint, second.shape == first.shape { second = group(&random) }
    other = second
    relation = random.chance(0.5) ? .above : .left
  }

  /// The sentences that are true of it. The first is the canonical one; the others say the same in other words.
  public var captions: [String] {
    let verb = first.count == 1 ? "is" : "are"
    guard let (group, relation) = second else { return [first.words, "there \(verb) \(first.words)"] }
    let sentence = "\(first.words) \(relation.rawValue) \(group.words)"
    return [sentence, "there \(verb) \(sentence)", "\(group.words) \(relation.opposite.rawValue) \(first.words)"]
  }
}
