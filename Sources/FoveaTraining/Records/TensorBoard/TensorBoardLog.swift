import Foundation
import FoveaImaging

/// Writes what TensorBoard shows: scalars, images and text over the steps of a run.
///
/// ```sh
/// tensorboard --logdir RUN
/// ```
/// Every call is one write to the end of the event file, so a run that is killed loses nothing that was logged.
public final class TensorBoardLog {
  /// The event file.
  public let url: URL
  private let file: FileHandle
  private let now: () -> Double

  /// Opens a new event file in a folder.
  ///
  /// - Parameters:
  ///   - folder: the run's folder; it is made where it is missing.
  ///   - step: the step at which a run is resumed. TensorBoard then drops what earlier files hold for later steps.
  /// - Throws: ``RecordError`` where the file cannot be made.
  public convenience init(in folder: URL, resumingAt step: Int? = nil) throws(RecordError) {
    try self.init(in: folder, resumingAt: step, now: { Date().timeIntervalSince1970 })
  }

  init(in folder: URL, resumingAt step: Int?, now: @escaping () -> Double) throws(RecordError) {
    self.now = now
    url = try RecordError.naming(folder) {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // TensorBoard reads the files in the order of their names. Two of one second are told apart by their number.
      let earlier = try FileManager.default.contentsOfDirectory(atPath: folder.path).count { $0.contains("tfevents") }
      let host = ProcessInfo.processInfo.hostName
      return folder.appendingPathComponent(
        String(format: "events.out.tfevents.%010d.%04d.", Int(now()), earlier) + host)
    }
    file = try RecordError.naming(url) { [url] in
      try Data().write(to: url, options: .withoutOverwriting)
      return try FileHandle(forWritingTo: url)
    }
    try write(.fileVersion, step: 0)
    if let step { try write(.start, step: step + 1) }
  }

  deinit { try? file.close() }

  /// Logs numbers by their names, such as `loss/train`. What stands before a slash groups them on the page.
  public func scalars(_ values: [String: Double], step: Int) throws(RecordError) {
    guard !values.isEmpty else { return }
    let ordered = values.sorted { $0.key < $1.key }
    try write(.values(ordered.map { .scalar($0.key, Float($0.value)) }), step: step)
  }

  /// Logs an image.
  public func image(_ name: String, _ image: Image, step: Int) throws {
    let png = try image.encoded(as: .png)
    try write(
      .values([.image(name, png: png, width: image.width, height: image.height, channels: image.channels)]),
      step: step)
  }

  /// Logs text, which is shown as Markdown.
  public func text(_ name: String, _ text: String, step: Int = 0) throws(RecordError) {
    try write(.values([.text(name, text)]), step: step)
  }

  private func write(_ content: TensorBoardEvent.Content, step: Int) throws(RecordError) {
    let event = TensorBoardEvent(wallTime: now(), step: step, content: content)
    try RecordError.naming(url) { try file.write(contentsOf: event.record) }
  }
}
