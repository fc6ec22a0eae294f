import Foundation

/// When a busy server wants to be asked again: what `Retry-After` says, seconds or a date (RFC 9110, 10.2.3).
enum RetryAfter {
  /// How long that is from now on; nil for text that is neither.
  static func pause(_ text: String, now: Date = Date()) -> Duration? {
    if let seconds = Int(text) { return .seconds(max(seconds, 0)) }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.date(from: text).map { .seconds(max($0.timeIntervalSince(now), 0)) }
  }
}
