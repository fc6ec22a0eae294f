/// Whether a name comes before another as people count: `img2` before `img10`.
///
/// Runs of digits compare as numbers, everything else byte by byte. Of names that count alike (`a1`, `a01`), the one that
/// writes fewer zeros comes first.
func naturallyPrecedes(_ left: String, _ right: String) -> Bool {
  var (left, right) = (left, right)
  return left.withUTF8 { left in right.withUTF8 { right in naturallyPrecedes(left, right) } }
}

private func naturallyPrecedes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
  var (i, j) = (0, 0)
  var moreZeros = 0
  while i < left.count, j < right.count {
    guard isDigit(left[i]), isDigit(right[j]) else {
      if left[i] != right[j] { return left[i] < right[j] }
      (i, j) = (i + 1, j + 1)
      continue
    }
    let first = number(in: left, at: i)
    let second = number(in: right, at: j)
    if first.count != second.count { return first.count < second.count }
    for place in 0..<first.count where left[first.lowerBound + place] != right[second.lowerBound + place] {
      return left[first.lowerBound + place] < right[second.lowerBound + place]
    }
    if moreZeros == 0 { moreZeros = (first.lowerBound - i) - (second.lowerBound - j) }
    (i, j) = (first.upperBound, second.upperBound)
  }
  if i == left.count, j == right.count { return moreZeros < 0 }
  return i == left.count
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

/// Where the digits of a number lie, without its leading zeros.
private func number(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Range<Int> {
  var first = start
  while first < text.count, text[first] == 0x30 { first += 1 }
  var end = first
  while end < text.count, isDigit(text[end]) { end += 1 }
  return first..<end
}
