import Foundation

extension LFW {
  /// Opens the set: from `folder` if it is given, else from the data folder, where it is downloaded to first.
  ///
  /// - Throws: ``DownloadError``, ``ArchiveError``, or ``DatasetError``.
  public static func load(
    _ variant: Variant = .original, from folder: URL? = nil, progress: ProgressHandler? = nil
  ) throws -> LFW {
    if let folder { return try LFW(folder) }
    let files = FileManager.default
    let home = DataFolder.root.appendingPathComponent(variant.rawValue)
    let unpacked = home.appendingPathComponent("unpacked")
    if !files.fileExists(atPath: unpacked.path) {
      let packed = try archive(variant).download(into: home, progress: progress)
      try Archive(packed).unpack(to: unpacked, limits: .init(bytes: 2 << 30, files: 50_000))
      try? files.removeItem(at: packed)
    }
    for list in lists { _ = try list.download(into: unpacked, progress: progress) }
    return try LFW(unpacked)
  }

  private static let home = "http://vis-www.cs.umass.edu/lfw/"

  private static func archive(_ variant: Variant) -> PublishedFile {
    switch variant {
    case .original:
      PublishedFile(
        urls: [home + "lfw.tgz", "https://ndownloader.figshare.com/files/5976018"],
        checksum: .sha256("055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0"))
    case .funneled:
      PublishedFile(
        urls: [home + "lfw-funneled.tgz", "https://ndownloader.figshare.com/files/5976015"],
        checksum: .sha256("b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a"))
    case .deepFunneled:
      PublishedFile(
        urls: [home + "lfw-deepfunneled.tgz"], checksum: .md5("68331da3eb755a505a502b5aacb3c201"))
    }
  }

  private static let lists = [
    PublishedFile(
      urls: [home + "pairs.txt", "https://ndownloader.figshare.com/files/5976006"],
      checksum: .sha256("ea42330c62c92989f9d7c03237ed5d591365e89b3e649747777b70e692dc1592")),
    PublishedFile(
      urls: [home + "pairsDevTrain.txt", "https://ndownloader.figshare.com/files/5976012"],
      checksum: .sha256("1d454dada7dfeca0e7eab6f65dc4e97a6312d44cf142207be28d688be92aabfa")),
    PublishedFile(
      urls: [home + "pairsDevTest.txt", "https://ndownloader.figshare.com/files/5976009"],
      checksum: .sha256("7cb06600ea8b2814ac26e946201cdb304296262aad67d046a16a7ec85d0ff87c")),
    PublishedFile(urls: [home + "people.txt"], checksum: .md5("450f0863dd89e85e73936a6d71a3474b")),
    PublishedFile(urls: [home + "peopleDevTrain.txt"], checksum: .md5("54eaac34beb6d042ed3a7d883e247a21")),
    PublishedFile(urls: [home + "peopleDevTest.txt"], checksum: .md5("e4bf5be0a43b5dcd9dc5ccfcb8fb19c5")),
  ]
}
