/// How often something that may pass is tried again, and how long is waited in between: each time twice as long, give or
/// take a fifth, or as long as the server asks for.
struct Retries: Sendable {
  var attempts = 6
  var firstPause = Duration.seconds(1)
  var longestPause = Duration.seconds(60)
  /// The longest that a server may ask for; whoever wants to be left alone for longer is not asked again.
  var longestWish = Duration.seconds(300)

  /// Tries until it works; gives up at once for good reasons, and for passing ones after some attempts.
  ///
  /// - Parameters:
  ///   - hasProgressed: whether the attempt that just failed brought enough to give new hope.
  ///   - failure: what to throw in the end, after so many attempts.
  ///   - onSetback: is told why an attempt failed, before the pause that comes before the next.
  func run<Value>(
    hasProgressed: () -> Bool = { false }, failure: (Setback, Int) -> any Error,
    onSetback: (Setback, Duration) -> Void = { _, _ in }, _ attempt: () async throws -> Value
  ) async throws -> Value {
    var failures = 0
    while true {
      do { return try await attempt() } catch let setback as Setback {
        if hasProgressed() { failures = 0 }
        failures += 1
        let most = min(attempts, setback.attempts ?? attempts)
        guard setback.isPassing, failures < most, setback.pause ?? .zero <= longestWish else {
          throw failure(setback, failures)
        }
        let usual = min(firstPause * (1 << min(failures - 1, 20)), longestPause) * Double.random(in: 0.8...1.2)
        let pause = setback.pause ?? usual
        onSetback(setback, pause)
        try await Task.sleep(for: pause)
      }
    }
  }

  /// What the user is told of a failure before a pause.
  static func notice(_ failure: any Error, _ pause: Duration) -> String {
    "\(failure); trying again in \(Int((pause / .seconds(1)).rounded(.up))) s"
  }
}

/// Why one attempt failed, and whether another may do better.
struct Setback: Error {
  let problem: DownloadError.Problem
  var isPassing = false
  /// How many attempts it is worth, where those are fewer than for others.
  var attempts: Int?
  /// How long the server asks to be left alone.
  var pause: Duration?
}
