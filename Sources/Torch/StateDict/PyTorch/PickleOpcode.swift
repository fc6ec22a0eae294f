/// The instructions of Python's pickle machine, protocols 2 to 5, that are understood here.
///
/// See `pickletools.opcodes` in Python's library. Those of the text protocols 0 and 1 that PyTorch never writes, and those
/// that only build objects of arbitrary classes (`INST`, `OBJ`, `EXT1`), are left out.
enum PickleOpcode: UInt8 {
  case mark = 0x28  // (
  case stop = 0x2e  // .
  case pop = 0x30  // 0
  case popMark = 0x31  // 1
  case duplicate = 0x32  // 2

  case none = 0x4e  // N
  case newTrue = 0x88
  case newFalse = 0x89
  case int32 = 0x4a  // J
  case uint8 = 0x4b  // K
  case uint16 = 0x4d  // M
  case long8 = 0x8a
  case long32 = 0x8b
  case float = 0x47  // G

  case string32 = 0x54  // T
  case string8 = 0x55  // U
  case unicode8 = 0x8c
  case unicode32 = 0x58  // X
  case unicode64 = 0x8d
  case bytes8 = 0x43  // C
  case bytes32 = 0x42  // B
  case bytes64 = 0x8e
  case byteArray64 = 0x96

  case emptyTuple = 0x29  // )
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case tuple = 0x74  // t
  case emptyList = 0x5d  // ]
  case list = 0x6c  // l
  case append = 0x61  // a
  case appends = 0x65  // e
  case emptyDictionary = 0x7d  // }
  case dictionary = 0x64  // d
  case setItem = 0x73  // s
  case setItems = 0x75  // u
  case emptySet = 0x8f
  case addItems = 0x90
  case frozenSet = 0x91

  case get8 = 0x68  // h
  case get32 = 0x6a  // j
  case put8 = 0x71  // q
  case put32 = 0x72  // r
  case memoize = 0x94

  case global = 0x63  // c
  case stackGlobal = 0x93
  case persistentID = 0x51  // Q
  case reduce = 0x52  // R
  case newObject = 0x81
  case build = 0x62  // b

  case protocolVersion = 0x80
  case frame = 0x95
}
