extension Color {
  /// Thirty-two colours that are far from each other, for classes, instances and curves.
  ///
  /// Six were chosen by hand; each further one was the farthest in OKLab (Ottosson, 2020) from all before it, among
  /// colours neither pale nor dark. No two are closer than 0.11, about five times what an eye just tells apart.
  public static let palette: [Color] = [
    0xE63946, 0x1D78DC, 0x2BA046, 0xF5A014, 0x9646C8, 0x14BEC8, 0x784B00, 0xFF00C3,
    0x006900, 0xFF96FF, 0x5AFF00, 0x0000FF, 0xB4781E, 0xA5005A, 0x9696FF, 0x96C300,
    0xA5F0C3, 0xF0E100, 0xE18796, 0x4B4B96, 0x007887, 0x6900F0, 0xD200FF, 0xA55A78,
    0xD269E1, 0xFFB4A5, 0x00E196, 0x87D2FF, 0xB42D00, 0x69782D, 0xFF6900, 0xD21E87,
  ].map { Color(hex: $0) }

  /// The colour of the class, instance or curve with this index, the same in every picture. From 32 on, colours repeat.
  public static func distinct(_ index: Int) -> Color {
    let position = index % palette.count
    return palette[position < 0 ? position + palette.count : position]
  }
}
