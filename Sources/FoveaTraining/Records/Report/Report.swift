import Foundation
import FoveaImaging
import FoveaMetrics

/// A run on one page: a self-contained HTML file that can be sent to somebody.
///
/// It needs no network, no other file and no JavaScript. Whatever is left empty has no section. All text is shown as it
/// is, whatever characters it holds.
public struct Report: Sendable {
  /// One of the few numbers that everybody asks for first.
  public struct Headline: Sendable, Hashable {
    /// What it is, such as `Test accuracy`.
    public var name: String
    /// The number as it is to be read, such as `93.4%`.
    public var value: String
    /// What one has to know to judge it, such as `10,000 images`.
    public var detail: String

    public init(_ name: String, _ value: String, detail: String = "") {
      self.name = name
      self.value = value
      self.detail = detail
    }
  }

  /// An image, what it shows and what it was taken for.
  public struct Example: Sendable, Hashable {
    /// The image; a large one is made smaller for the page.
    public var image: Image
    /// The class that it has.
    public var gold: String
    /// The class that it was taken for.
    public var predicted: String
    /// The probability of that class, 0 to 1.
    public var confidence: Double

    public init(image: Image, gold: String, predicted: String, confidence: Double) {
      self.image = image
      self.gold = gold
      self.predicted = predicted
      self.confidence = confidence
    }
  }

  /// What the page is about, such as `ResNet-18 on CIFAR-10`.
  public var title: String
  /// A sentence below the title.
  public var subtitle = ""
  /// The first numbers, in order.
  public var headlines: [Headline] = []
  /// What was measured during training; curves are drawn of it.
  public var history = MetricsTable()
  /// What was taken for what, on the data that the headlines are about.
  public var confusion: Confusion?
  /// The names of the classes, in their order; a class without one is called by its number.
  public var classNames: [String] = []
  /// Accuracy against confidence.
  public var reliability: ReliabilityTable?
  /// Mistakes, the most confident first.
  public var mistakes: [Example] = []
  /// Predictions that nobody chose.
  public var samples: [Example] = []
  /// How precise a detector is at each recall from 0 to 1, by class.
  public var precisionRecall: [(name: String, precision: [Double])] = []
  /// Images with their annotated and their found objects side by side.
  public var detections: [Image] = []
  /// The recipe that the run resolved to, as YAML.
  public var recipe = ""
  /// The command that started the run, with its arguments.
  public var command: [String] = []
  /// The network; see ``ModelSummary``.
  public var model: ModelSummary?
  /// What the run ran on.
  public var machine: MachineDescription?
  /// When the run started.
  public var started: Date?
  /// When it ended.
  public var finished: Date?
  /// How many seconds it took, those before a resumption included; nil takes what lies between start and end.
  public var seconds: Double?
  /// Further facts about the run, in order, such as how long an epoch took.
  public var facts: [(name: String, value: String)] = []
  /// What the reader should know, such as that the run was stopped early.
  public var notes: [String] = []

  /// A report without sections.
  public init(title: String) { self.title = title }

  /// Writes the page, in one step.
  ///
  /// - Throws: ``RecordError`` where the file cannot be written.
  public func write(to url: URL) throws(RecordError) {
    let page = Data(html().utf8)
    try RecordError.naming(url) { try page.write(to: url, options: .atomic) }
  }

  /// The name of a class.
  func className(_ index: Int) -> String { index < classNames.count ? classNames[index] : String(index) }
}
