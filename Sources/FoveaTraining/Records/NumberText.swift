import Foundation

extension Int {
  /// The number with a comma between thousands: `11,173,962`.
  var grouped: String {
    let digits = Array(String(magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[Swift.max(0, $0 - 3)..<$0]) }
    return (self < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
  }

  /// A number of bytes in the unit that suits it: `42.6 MB`. A kilobyte has 1,024 bytes.
  var byteText: String {
    var value = Double(self)
    for unit in ["bytes", "kB", "MB", "GB"] {
      if value < 1024 { return unit == "bytes" ? "\(self) bytes" : String(format: "%.1f \(unit)", value) }
      value /= 1024
    }
    return String(format: "%.1f TB", value)
  }
}

extension Double {
  /// The number as a person reads it. Numbers of one size have one width, so that a live line does not jump.
  var brief: String {
    switch magnitude {
    case _ where isNaN: "nan"
    case .infinity: self < 0 ? "-inf" : "inf"
    case 0, 0.001..<10: String(format: "%.4f", self)
    case 10..<100_000: String(format: "%.2f", self)
    default: String(format: "%.3e", self)
    }
  }

  /// A number of seconds as a clock shows it: `0:07`, `12:34`, `1:02:03`.
  var clockText: String {
    guard isFinite, self >= 0, self < 1e9 else { return "-:--" }
    let seconds = Int(rounded())
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60) : String(format: "%d:%02d", minutes, seconds % 60)
  }
}
