import Foundation

/// Where people watch a run: standard error, so that standard output stays free for results. In a notebook all is shown
/// anyway, and standard error looks like trouble, so there it is standard output.
struct Terminal {
  /// Whether lines may be drawn over: it is a terminal, and not a dumb one.
  var isLive: Bool
  /// Whether it shows characters beyond ASCII.
  var isUnicode: Bool
  /// The number of columns now; people resize windows.
  var width: () -> Int
  /// Writes text as it is.
  var write: (String) -> Void

  /// Standard error of this process; in a notebook, the output of the cell.
  static var standardError: Terminal {
    let environment = ProcessInfo.processInfo.environment
    if environment["NOTEBOOK_KERNEL"] != nil {
      return Terminal(
        isLive: true, isUnicode: true, width: { 100 },
        write: { try? FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) })
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return Terminal(
      isLive: isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb",
      isUnicode: locale.uppercased().replacingOccurrences(of: "-", with: "").contains("UTF8"),
      width: {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
      },
      write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })  // a closed terminal stops no training
  }
}
