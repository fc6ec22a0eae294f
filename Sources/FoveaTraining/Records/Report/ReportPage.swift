import Foundation

extension Report {
  /// The page.
  public func html() -> String {
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="Fovea">
      <title>\(title)</title>
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <main>
      \(header)\(notesSection)\(curvesSection())\(confusionSection)\(classesSection)\(reliabilitySection)\
      \(examplesSection("Most confident mistakes", mistakes, "What the network was surest of, and wrong."))\
      \(examplesSection("Sample predictions", samples))\(precisionRecallSection)\(detectionsSection)\(runSection)</main>
      <footer>Made by Fovea.</footer>
      </body>
      </html>

      """
    return page.description
  }

  private var header: HTML {
    let tiles = headlines.map { headline -> HTML in
      let detail: HTML? = headline.detail.isEmpty ? nil : "<small>\(headline.detail)</small>"
      return "<div><dt>\(headline.name)</dt><dd>\(headline.value)\(detail)</dd></div>\n"
    }
    let line: HTML? = subtitle.isEmpty ? nil : "<p>\(subtitle)</p>\n"
    let numbers: HTML? = tiles.isEmpty ? nil : "<dl class=\"headlines\">\n\(tiles)</dl>\n"
    return "<header>\n<h1>\(title)</h1>\n\(line)\(numbers)</header>\n"
  }

  private var notesSection: HTML? {
    guard !notes.isEmpty else { return nil }
    let items = notes.map { note -> HTML in "<p>\(note)</p>\n" }
    return "<section class=\"notes\">\n\(items)</section>\n"
  }

  /// A section with its heading.
  func section(_ heading: String, _ lead: HTML? = nil, _ content: HTML) -> HTML {
    let paragraph: HTML? = lead.map { "<p class=\"lead\">\($0)</p>\n" }
    return "<section>\n<h2>\(heading)</h2>\n\(paragraph)\(content)</section>\n"
  }

  private var runSection: HTML? {
    var rows: [(name: String, value: String)] = []
    if let started { rows.append(("Started", Self.moment(started))) }
    if let finished { rows.append(("Finished", Self.moment(finished))) }
    let between = started.flatMap { finished?.timeIntervalSince($0) }
    if let duration = seconds ?? between { rows.append(("Duration", duration.clockText)) }
    rows += facts + (machine?.facts ?? [])
    let list = rows.map { row -> HTML in "<dt>\(row.name)</dt><dd>\(row.value)</dd>\n" }
    let facts: HTML? = rows.isEmpty ? nil : "<dl class=\"facts\">\n\(list)</dl>\n"
    let commandText = command.map(Self.shellWord).joined(separator: " ")
    let blocks = [
      block("Command", commandText), block("Recipe", recipe), block("Network", model?.description ?? ""),
    ].compactMap(\.self)
    guard facts != nil || !blocks.isEmpty else { return nil }
    return section("The run", nil, "\(facts)\(blocks)")
  }

  private func block(_ heading: String, _ text: String) -> HTML? {
    text.isEmpty ? nil : "<h3>\(heading)</h3>\n<pre>\(text)</pre>\n"
  }

  /// A time in UTC, which means the same wherever the page is read.
  private static func moment(_ date: Date) -> String {
    date.formatted(
      .verbatim(
        "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) UTC",
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian)))
  }

  /// An argument as it has to be typed into a shell.
  private static func shellWord(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty
      && argument.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || "-_./:=,@%+".unicodeScalars.contains(scalar))
      }
    return isPlain ? argument : "'" + argument.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
