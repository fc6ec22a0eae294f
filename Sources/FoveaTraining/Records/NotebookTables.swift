import FoveaMetrics

// How tables show themselves in a notebook; see `FoveaImaging/NotebookDisplay.swift` for the way it is done.

extension PerClassTable: CustomPlaygroundDisplayConvertible {
  /// The table in HTML.
  public var playgroundDescription: Any {
    notebookTable(
      ["class", "precision", "recall", "F1", "samples"],
      rows.map { [$0.name, $0.precision.percent(), $0.recall.percent(), $0.f1.percent(), $0.support.grouped] },
      plain: description)
  }
}

extension ModelSummary: CustomPlaygroundDisplayConvertible {
  /// The modules in HTML, the totals below.
  public var playgroundDescription: Any {
    let indent = "\u{2003}"  // spaces at the beginning would be lost
    let lines = rows.map { row in
      let name = row.name.split(separator: ".").last.map(String.init) ?? "(network)"
      return [
        String(repeating: indent, count: row.depth) + name, row.kind, row.outputShape?.description ?? "",
        row.parameterCount == 0 ? "" : row.parameterCount.grouped,
      ]
    }
    let total = ["all", "", "", parameterCount.grouped]
    return notebookTable(["module", "kind", "output", "parameters"], lines + [total], plain: description)
  }
}

extension MetricsTable: CustomPlaygroundDisplayConvertible {
  /// The rows in HTML, cells empty where a row has no such number.
  public var playgroundDescription: Any {
    let lines = rows.map { row in
      [row.step.grouped, String(row.epoch)] + names.map { row.values[$0]?.brief ?? "" }
    }
    return notebookTable(
      ["step", "epoch"] + names, lines, plain: ([header] + rows.map(line)).joined(separator: "\n"))
  }
}

/// A table for a notebook: the first column to the left, the others to the right.
private func notebookTable(_ header: [String], _ rows: [[String]], plain: String) -> Any {
  let head = header.map { name -> HTML in "<th>\(name)</th>" }
  let body = rows.map { row -> HTML in
    let cells = row.enumerated().map { column, cell -> HTML in
      column == 0 ? "<td style=\"text-align:left\">\(cell)</td>" : "<td>\(cell)</td>"
    }
    return "<tr>\(cells)</tr>\n"
  }
  let page: HTML = "<table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody>\n</table>"
  return ["text/html": page.description, "text/plain": plain] as [String: Any]
}
