/// Whether a name comes before another as people count: `img2` before `img10`.
///
/// Runs of digits compare as numbers, everything else byte by byte.
func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
  var left = left[...].utf8
  var right = right[...].utf8
  // Of names that count alike (`a1`, `a01`), the one that wrote fewer zeros comes first.
  var zeros = 0
  while let a = left.first, let b = right.first {
    if isDigit(a), isDigit(b) {
      let first = takeNumber(from: &left)
      let second = takeNumber(from: &right)
      if first.digits.count != second.digits.count { return first.digits.count < second.digits.count }
      if !first.digits.elementsEqual(second.digits) { return first.digits.lexicographicallyPrecedes(second.digits) }
      if zeros == 0 { zeros = first.zeros - second.zeros }
    } else {
      if a != b { return a < b }
      left.removeFirst()
      right.removeFirst()
    }
  }
  if left.isEmpty != right.isEmpty { return left.isEmpty }
  return zeros < 0
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Takes a run of digits off the front: its leading zeros, and the rest.
private func takeNumber(from text: inout Substring.UTF8View) -> (zeros: Int, digits: Substring.UTF8View) {
  let run = text.prefix(while: isDigit)
  text = text[run.endIndex...]
  let digits = run.drop { $0 == UInt8(ascii: "0") }
  return (run.count - digits.count, digits)
}
