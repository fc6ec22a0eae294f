extension Report {
  var curvesSection: HTML? { nil }
}
